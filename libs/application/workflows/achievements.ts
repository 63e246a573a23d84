import { GOAL_TYPES } from '#domain/workflows/goal-type';
import { listing } from '#application/shared/listing';
import { view, type Shown } from '#application/shared/view';

/** `contact_id` is the caller's own id; `null` once the contact is erased. */
export const achievementView = view('Achievement', {
  id: 'uuid',
  workflow_id: 'uuid',
  enrollment_id: 'uuid',
  contact_id: { orNull: 'text' },
  workflow_goal_id: 'uuid',
  goal_type: { oneOf: GOAL_TYPES },
  achieved_at: 'time',
  recorded_at: 'time',
  trigger_event: 'object',
  metadata: 'object',
});
export type AchievementView = Shown<typeof achievementView>;

/** `achieved_after` takes its own moment in, `achieved_before` leaves it out: neighbouring ranges share nothing. */
export const achievementListing = listing({
  item: achievementView,
  sortable: ['achieved_at', 'recorded_at'],
  filters: {
    goal_type: { kind: { oneOf: GOAL_TYPES } },
    workflow_goal_id: { kind: 'uuid' },
    achieved_after: { kind: 'time', one: true },
    achieved_before: { kind: 'time', one: true },
  },
});
