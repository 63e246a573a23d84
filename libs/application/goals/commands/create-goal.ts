import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, withFaultsOf, type Result } from '#domain/shared/result';
import { Goal } from '#domain/goals/goal';
import { readGoalFields, type GoalFields } from '#domain/goals/goal-fields';
import type { FirstStatus } from '#domain/goals/words';
import { Clock, Ids } from '#application/shared/tools';
import { namedParent } from '#application/goals/neighbours';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { RollUp } from '#application/goals/roll-up';
import { goalRowOf, shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

/** Makes a goal, as a root or below an open one (SPEC 5). */
export class CreateGoal extends Command<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly fields: GoalFields,
    readonly status: FirstStatus,
    readonly parentGoalId: string | null,
  ) {
    super();
  }
}

@CommandHandler(CreateGoal)
export class CreateGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly rollUp: RollUp,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, fields, status, parentGoalId }: CreateGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:create')) return err(forbidden('goal:create'));
    const { tenantId, userId: by } = actor;
    if (parentGoalId !== null) await this.rollUp.hold(tenantId, [parentGoalId]);
    const parent = await namedParent(this.goals, tenantId, parentGoalId);
    if (!parent.ok) return withFaultsOf(parent, readGoalFields(fields));
    const now = this.clock.now();
    const goal = Goal.create({ id: this.ids.next(), tenantId, by, status, fields }, parent.value, now);
    if (!goal.ok) return goal;
    const saved = await this.goals.save(goal.value);
    if (!saved.ok) return saved;
    if (parentGoalId !== null) await this.rollUp.along(tenantId, [parentGoalId]);
    return ok(shownGoal(goalRowOf(goal.value.state), now));
  }
}
