import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

export class ListGoals extends Query<Result<Page<GoalView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListGoals)
export class ListGoalsHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, page }: ListGoals): Promise<Result<Page<GoalView>>> {
    const needed = page.deletedOnly ? 'goal:delete' : 'goal:read';
    if (!actor.may(needed)) return err(forbidden(needed));
    const now = this.clock.now();
    const found = await this.goals.goals(actor.tenantId, page, now);
    return ok({ ...found, items: found.items.map((row) => shownGoal(row, now)) });
  }
}
