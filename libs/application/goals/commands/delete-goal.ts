import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import type { OnChildren } from '#domain/goals/words';
import { Clock, Ids } from '#application/shared/tools';
import { refuseOver } from '#application/goals/neighbours';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { RollUp } from '#application/goals/roll-up';

/** Hides a goal; what hangs below it becomes roots (`leave`) or is hidden with it (`cascade`) (SPEC 5, *Deletion*). */
export class DeleteGoal extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly onChildren: OnChildren,
  ) {
    super();
  }
}

@CommandHandler(DeleteGoal)
export class DeleteGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly tree: GoalTree,
    private readonly subtrees: GoalSubtrees,
    private readonly rollUp: RollUp,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, id, seen, onChildren }: DeleteGoal): Promise<Result<void>> {
    if (!actor.may('goal:delete')) return err(forbidden('goal:delete'));
    const { tenantId } = actor;
    await this.tree.hold(tenantId);
    const goal = await this.goals.find(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mustHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const agreed = await refuseOver(this.tree, goal, 'live', onChildren);
    if (!agreed.ok) return agreed;
    const deletionId = this.ids.next();
    goal.remove(deletionId, this.clock.now());
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    const { path, parentGoalId } = goal.state;
    if (onChildren === 'cascade') await this.subtrees.remove(tenantId, path, deletionId);
    if (onChildren === 'leave') await this.subtrees.detach(tenantId, id, path);
    if (parentGoalId !== null) await this.rollUp.along(tenantId, [parentGoalId]);
    return done;
  }
}
