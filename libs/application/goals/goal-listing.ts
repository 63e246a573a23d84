import {
  ASSESSMENT_STATUSES,
  GOAL_STATUSES,
  GOAL_TYPES,
  LEVELS,
  PRIORITIES,
  RISK_LEVELS,
  STATUS_ALIASES,
} from '#domain/goals/words';
import { listing } from '#application/shared/listing';
import { goalView } from '#application/goals/views';

/** Goals as they can be listed (API, *Goals*). */
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
