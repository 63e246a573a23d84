import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import {
  ASSESSMENT_STATUSES,
  GOAL_STATUSES,
  GOAL_TYPES,
  LEVELS,
  PRIORITIES,
  RISK_LEVELS,
  STATUS_ALIASES,
} from '#domain/goals/words';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { shownGoal } from '#application/goals/shown-goal';
import { goalView, type GoalView } from '#application/goals/views';

export const goalListing = listing({
  item: goalView,
  sortable: ['created_at', 'updated_at', 'name', 'priority', 'start_date', 'target_date', 'progress_percentage'],
  filters: {
    q: { kind: 'text', one: true },
    status: { kind: { wordOf: GOAL_STATUSES, aliases: STATUS_ALIASES } },
    goal_type: { kind: { wordOf: GOAL_TYPES } },
    priority: { kind: { wordOf: PRIORITIES } },
    risk_level: { kind: { wordOf: RISK_LEVELS } },
    strategic_alignment: { kind: { wordOf: LEVELS } },
    business_value: { kind: { wordOf: LEVELS } },
    assessment_status: { kind: { wordOf: ASSESSMENT_STATUSES } },
    owner_id: { kind: 'uuid' },
    stakeholder_id: { kind: 'uuid' },
    business_actor_id: { kind: 'uuid' },
    origin_driver_id: { kind: 'uuid' },
    parent_goal_id: { kind: 'uuid' },
    category: { kind: 'text' },
    tag: { kind: 'text' },
    min_progress: { kind: { integer: [0, 100] }, one: true },
    max_progress: { kind: { integer: [0, 100] }, one: true },
    due_within_days: { kind: { integer: [0, 3650] }, one: true },
    linked_element_id: { kind: 'uuid' },
    linked_element_type: { kind: 'text' },
  },
  ranges: [['min_progress', 'max_progress']],
  deletable: true,
});

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
