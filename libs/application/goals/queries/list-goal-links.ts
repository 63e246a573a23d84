import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { DIRECTIONS, ELEMENT_TYPE_ALIASES, ELEMENT_TYPES, LINK_TYPES } from '#domain/goals/archimate';
import { LEVELS, POLARITIES, RELATIONSHIP_STRENGTHS } from '#domain/goals/words';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { goalLinkView, type GoalLinkView } from '#application/goals/link-views';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';

export const goalLinkListing = listing({
  item: goalLinkView,
  sortable: ['created_at'],
  filters: {
    linked_element_type: { kind: { oneOf: ELEMENT_TYPES, aliases: ELEMENT_TYPE_ALIASES } },
    link_type: { kind: { wordOf: LINK_TYPES } },
    direction: { kind: { wordOf: DIRECTIONS } },
    polarity: { kind: { wordOf: POLARITIES } },
    relationship_strength: { kind: { wordOf: RELATIONSHIP_STRENGTHS } },
    contribution_level: { kind: { wordOf: LEVELS } },
  },
});

export class ListGoalLinks extends Query<Result<Page<GoalLinkView>>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListGoalLinks)
export class ListGoalLinksHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly links: GoalLinkReadModel,
  ) {}

  async execute({ actor, goalId, page }: ListGoalLinks): Promise<Result<Page<GoalLinkView>>> {
    if (!actor.may('goal_link:read')) return err(forbidden('goal_link:read'));
    if (!(await this.goals.goal(actor.tenantId, goalId))) return err(missing('goal'));
    return ok(await this.links.links(actor.tenantId, goalId, page));
  }
}
