import { TASK_STATUSES } from '#domain/tasks/words';
import { view, type Shown } from '#application/shared/view';

const dependency = {
  task_id: 'uuid',
  depends_on_id: 'uuid',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
} as const;

/** One task waits for another one to be closed (SPEC 6). */
export const taskDependencyView = view('TaskDependency', dependency);
export type TaskDependencyView = Shown<typeof taskDependencyView>;

/** The same with what is waited for. `is_open`: it still holds the task up; what is deleted does not. */
export const taskPredecessorView = view('TaskPredecessor', {
  ...dependency,
  title: 'text',
  status: { oneOf: TASK_STATUSES },
  is_open: 'boolean',
});
export type TaskPredecessorView = Shown<typeof taskPredecessorView>;

/** At most a hundred, so there are no pages. */
export const taskPredecessorsView = view('TaskPredecessors', { items: { listOf: taskPredecessorView } });
export type TaskPredecessorsView = Shown<typeof taskPredecessorsView>;
