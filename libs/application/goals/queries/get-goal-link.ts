import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { GoalLinkView } from '#application/goals/link-views';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';

export class GetGoalLink extends Query<Result<GoalLinkView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetGoalLink)
export class GetGoalLinkHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly links: GoalLinkReadModel,
  ) {}

  async execute({ actor, goalId, id }: GetGoalLink): Promise<Result<GoalLinkView>> {
    if (!actor.may('goal_link:read')) return err(forbidden('goal_link:read'));
    if (!(await this.goals.goal(actor.tenantId, goalId))) return err(missing('goal'));
    const link = await this.links.link(actor.tenantId, goalId, id);
    return link ? ok(link) : err(missing('goal_link'));
  }
}
