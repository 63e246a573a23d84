import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

export class GetGoal extends Query<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetGoal)
export class GetGoalHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id }: GetGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const goal = await this.goals.goal(actor.tenantId, id);
    return goal ? ok(shownGoal(goal, this.clock.now())) : err(missing('goal'));
  }
}
