import { GOAL_LOGICS, GOAL_TYPES } from '#domain/workflows/goal-type';
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
