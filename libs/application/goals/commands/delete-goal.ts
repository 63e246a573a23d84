import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import type { OnChildren } from '#domain/goals/words';
import { Clock, Ids } from '#application/shared/tools';
import { Below } from '#application/goals/below';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { RollUp } from '#application/goals/roll-up';

/**
 * Hides a goal; the goals below it become roots and its tasks keep none (`leave`), or all of them are hidden with it (`cascade`)
 * (SPEC 5, *Deletion*).
 */
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
    private readonly below: Below,
    private readonly rollUp: RollUp,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, id, seen, onChildren }: DeleteGoal): Promise<Result<void>> {
    if (!actor.may('goal:delete')) return err(forbidden('goal:delete'));
    const { tenantId } = actor;
    await this.below.hold(tenantId);
    const goal = await this.goals.find(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mustHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const agreed = await this.below.refuseOver(goal, 'live', onChildren);
    if (!agreed.ok) return agreed;
    const deletionId = this.ids.next();
    goal.remove(deletionId, this.clock.now());
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    const others = await this.below.remove(goal, deletionId, onChildren);
    const { parentGoalId } = goal.state;
    await this.rollUp.along(tenantId, parentGoalId === null ? others : [parentGoalId, ...others]);
    return done;
  }
}
