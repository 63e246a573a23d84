import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, withFaultsOf, type Result } from '#domain/shared/result';
import { readGoalFields, type GoalFields } from '#domain/goals/goal-fields';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { namedParent } from '#application/goals/neighbours';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { RollUp } from '#application/goals/roll-up';
import { shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

/** Hangs a goal, with all below it, elsewhere, and changes the fields given with it (SPEC 5, *Hierarchy*). */
export class MoveGoal extends Command<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    /** `null`: as a root. */
    readonly parentGoalId: string | null,
    readonly fields: Partial<GoalFields>,
  ) {
    super();
  }
}

@CommandHandler(MoveGoal)
export class MoveGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly tree: GoalTree,
    private readonly rollUp: RollUp,
    private readonly shown: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen, parentGoalId, fields }: MoveGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:update')) return err(forbidden('goal:update'));
    const { tenantId } = actor;
    await this.tree.hold(tenantId);
    const goal = await this.goals.find(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mustHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const parent = await namedParent(this.goals, tenantId, parentGoalId);
    if (!parent.ok) return withFaultsOf(parent, readGoalFields({ ...goal.state, ...fields }));
    const { path, parentGoalId: left } = goal.state;
    const edited = goal.edit(fields, { parent: parent.value, height: await this.tree.heightOf(tenantId, path) });
    if (!edited.ok) return edited;
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    if (goal.state.path !== path) await this.tree.moveBelow(tenantId, path, goal.state.path);
    await this.rollUp.along(tenantId, left === null ? [id] : [left, id]);
    return ok(shownGoal(existing(await this.shown.goal(tenantId, id)), this.clock.now()));
  }
}
