import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { Below } from '#application/goals/below';
import { parentOf } from '#application/goals/neighbours';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { RollUp } from '#application/goals/roll-up';
import { shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

/** Brings back exactly what the deletion of a goal took (SPEC 5, *Deletion*). */
export class RestoreGoal extends Command<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RestoreGoal)
export class RestoreGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly tree: GoalTree,
    private readonly below: Below,
    private readonly rollUp: RollUp,
    private readonly shown: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen }: RestoreGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:delete')) return err(forbidden('goal:delete'));
    const { tenantId } = actor;
    await this.below.hold(tenantId);
    const goal = await this.goals.findEvenDeleted(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mayHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const { path, deletionId } = goal.state;
    const height = deletionId === null ? 1 : await this.tree.heightOf(tenantId, path, deletionId);
    const restored = goal.restore(await parentOf(this.goals, goal), height);
    if (!restored.ok) return restored;
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    const others = deletionId === null ? [] : await this.below.restore(goal, deletionId);
    await this.rollUp.along(tenantId, [id, ...others]);
    return ok(shownGoal(existing(await this.shown.goal(tenantId, id)), this.clock.now()));
  }
}
