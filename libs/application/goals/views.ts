import {
  ASSESSMENT_STATUSES,
  GOAL_STATUSES,
  GOAL_TYPES,
  HEALTHS,
  LEVELS,
  MEASUREMENT_FREQUENCIES,
  PRIORITIES,
  PROGRESS_SOURCES,
  REVIEW_FREQUENCIES,
  RISK_LEVELS,
  TASK_WEIGHTINGS,
} from '#domain/goals/words';
import { view, type Shown } from '#application/shared/view';

/** Everything of a goal that stays the same while the clock goes on. */
const stored = {
  id: 'uuid',
  parent_goal_id: { orNull: 'uuid' },
  name: 'text',
  description: { orNull: 'text' },
  goal_type: { oneOf: GOAL_TYPES },
  status: { oneOf: GOAL_STATUSES },
  status_reason: { orNull: 'text' },
  priority: { oneOf: PRIORITIES },
  risk_level: { oneOf: RISK_LEVELS },
  strategic_alignment: { orNull: { oneOf: LEVELS } },
  business_value: { orNull: { oneOf: LEVELS } },
  owner_id: { orNull: 'uuid' },
  origin_driver_id: { orNull: 'uuid' },
  stakeholder_id: { orNull: 'uuid' },
  business_actor_id: { orNull: 'uuid' },
  success_criteria: { orNull: 'text' },
  key_performance_indicators: { orNull: 'text' },
  measurement_frequency: { orNull: { oneOf: MEASUREMENT_FREQUENCIES } },
  review_frequency: { orNull: { oneOf: REVIEW_FREQUENCIES } },
  start_date: { orNull: 'time' },
  target_date: { orNull: 'time' },
  completion_date: { orNull: 'time' },
  progress_source: { oneOf: PROGRESS_SOURCES },
  task_weighting: { oneOf: TASK_WEIGHTINGS },
  weight: 'number',
  progress_percentage: { orNull: 'integer' },
  progress_notes: { orNull: 'text' },
  last_progress_update: { orNull: 'time' },
  assessment_status: { oneOf: ASSESSMENT_STATUSES },
  assessment_score: { orNull: 'integer' },
  assessment_notes: { orNull: 'text' },
  last_assessment_date: { orNull: 'time' },
  category: { orNull: 'text' },
  tags: { listOf: 'text' },
  metadata: 'object',
  deleted_at: { orNull: 'time' },
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
} as const;

/** A goal as far as it is stored. */
export const goalState = view('GoalState', stored);

/** Milliseconds since 1970, as the domain keeps them. */
const holdRow = view('HoldRow', { from: 'integer', until: 'integer' });

/** What is read, and may be kept in a cache: the facts from which health is computed stand beside what is shown. */
export const goalRow = view('GoalRow', {
  ...stored,
  progress: { orNull: 'integer' },
  held_since: { orNull: 'time' },
  holds: { listOf: holdRow },
});
export type GoalRow = Shown<typeof goalRow>;

export const goalView = view('Goal', { ...stored, health: { orNull: { oneOf: HEALTHS } } });
export type GoalView = Shown<typeof goalView>;
