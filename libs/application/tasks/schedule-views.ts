import { TASK_STATUSES } from '#domain/tasks/words';
import { view, type Shown } from '#application/shared/view';

/** An open task in time, in hours from now: one of the goal, or, by its `goal_id`, one elsewhere that holds the goal up. */
const scheduledTaskView = view('ScheduledTask', {
  id: 'uuid',
  goal_id: { orNull: 'uuid' },
  title: 'text',
  status: { oneOf: TASK_STATUSES },
  estimated_hours: { orNull: 'number' },
  earliest_start: 'number',
  earliest_finish: 'number',
  latest_start: 'number',
  latest_finish: 'number',
  slack_hours: 'number',
  is_critical: 'boolean',
});

/** The longest chain of open tasks that a goal waits for (SPEC 6), and every one of them, the earliest first. */
export const criticalPathView = view('CriticalPath', {
  goal_id: 'uuid',
  total_hours: 'number',
  path: { listOf: 'uuid' },
  tasks: { listOf: scheduledTaskView },
  without_estimate: { listOf: 'uuid' },
});
export type CriticalPathView = Shown<typeof criticalPathView>;
