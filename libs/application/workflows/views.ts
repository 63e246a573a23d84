import { CATALOG_KINDS } from '#domain/workflows/catalog';
import { EVENT_TYPES, GOAL_LOGICS, GOAL_TYPES } from '#domain/workflows/goal-type';
import { WORKFLOW_STATUSES } from '#domain/workflows/workflow';
import { view, type Shown } from '#application/shared/view';

export const workflowView = view('Workflow', {
  id: 'uuid',
  name: 'text',
  description: { orNull: 'text' },
  status: { oneOf: WORKFLOW_STATUSES },
  goal_logic: { oneOf: GOAL_LOGICS },
  steps: { listOf: 'object' },
  first_activated_at: { orNull: 'time' },
  deleted_at: { orNull: 'time' },
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
});
export type WorkflowView = Shown<typeof workflowView>;

export const workflowGoalView = view('WorkflowGoal', {
  id: 'uuid',
  workflow_id: 'uuid',
  goal_type: { oneOf: GOAL_TYPES },
  criteria: 'object',
  is_active: 'boolean',
  active_since: { orNull: 'time' },
  window_hours: { orNull: 'integer' },
  position: 'integer',
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
});
export type WorkflowGoalView = Shown<typeof workflowGoalView>;

export const workflowListenerView = view('WorkflowListener', {
  goal_id: 'uuid',
  event_type: { oneOf: EVENT_TYPES },
  registered_at: { orNull: 'time' },
  expires_at: { orNull: 'time' },
  open_enrollments: 'integer',
});
export type WorkflowListenerView = Shown<typeof workflowListenerView>;

export const conditionView = view('Condition', {
  condition: 'text',
  expected: 'any',
  actual: 'any',
  passed: 'boolean',
});

export const explanationView = view('Explanation', {
  enrollment_id: { orNull: 'uuid' },
  first_failed: { orNull: 'text' },
  conditions: { listOf: conditionView },
});
export type ExplanationView = Shown<typeof explanationView>;

export const catalogEntryView = view('CatalogEntry', {
  kind: { oneOf: CATALOG_KINDS },
  external_id: 'text',
  name: { orNull: 'text' },
  pipeline_id: { orNull: 'text' },
  created_at: 'time',
  updated_at: 'time',
});
export type CatalogEntryView = Shown<typeof catalogEntryView>;
