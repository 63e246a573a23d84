import { TASK_PRIORITIES, TASK_STATUSES } from '#domain/tasks/words';
import { view, type Shown } from '#application/shared/view';

/**
 * A task as it is shown (SPEC 6). `dependencies`: what it depends on, all of it; `blocked_by`: what of that is open. The last
 * three are derived and never stored.
 */
export const taskView = view('Task', {
  id: 'uuid',
  goal_id: { orNull: 'uuid' },
  parent_task_id: { orNull: 'uuid' },
  title: 'text',
  description: { orNull: 'text' },
  status: { oneOf: TASK_STATUSES },
  priority: { oneOf: TASK_PRIORITIES },
  owner_id: { orNull: 'uuid' },
  assigned_to: { orNull: 'uuid' },
  blocked_reason: { orNull: 'text' },
  percent_complete: 'integer',
  due_date: { orNull: 'time' },
  estimated_hours: { orNull: 'number' },
  actual_hours: { orNull: 'number' },
  completed_at: { orNull: 'time' },
  tags: { listOf: 'text' },
  metadata: 'object',
  deleted_at: { orNull: 'time' },
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
  dependencies: { listOf: 'uuid' },
  blocked_by: { listOf: 'uuid' },
  is_blocked: 'boolean',
  is_ready: 'boolean',
});
export type TaskView = Shown<typeof taskView>;
