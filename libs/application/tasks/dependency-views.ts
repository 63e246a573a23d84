import { TASK_STATUSES } from '#domain/tasks/words';
import { view, type Shown } from '#application/shared/view';

/** One task waits for another one to be closed (SPEC 6). `is_open`: that one holds it up; what is deleted does not. */
export const taskPredecessorView = view('TaskPredecessor', {
  task_id: 'uuid',
  depends_on_id: 'uuid',
  title: 'text',
  status: { oneOf: TASK_STATUSES },
  is_open: 'boolean',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
});
export type TaskPredecessorView = Shown<typeof taskPredecessorView>;

/** At most a hundred, so there are no pages. */
export const taskPredecessorsView = view('TaskPredecessors', { items: { listOf: taskPredecessorView } });
export type TaskPredecessorsView = Shown<typeof taskPredecessorsView>;
