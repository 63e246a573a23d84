import { QueryHandler } from '@nestjs/cqrs';
import { ok, type Result } from '#domain/shared/result';
import { FindGoalStanding, type GoalStanding } from '#application/goals/contract';
import { GoalRepository } from '#application/goals/ports/goal-repository';

/** From the row and not from the cache: what is decided by it is written in the same transaction. */
@QueryHandler(FindGoalStanding)
export class FindGoalStandingHandler {
  constructor(private readonly goals: GoalRepository) {}

  async execute({ actor, goalId }: FindGoalStanding): Promise<Result<GoalStanding | null>> {
    const goal = await this.goals.find(actor.tenantId, goalId);
    if (!goal) return ok(null);
    const { id, name, status } = goal.state;
    return ok({ id, name, status, isOpen: goal.isOpen });
  }
}
