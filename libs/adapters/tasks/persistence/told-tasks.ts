import type { TaskFact } from '#domain/tasks/outgoing';
import type { Told } from '#adapters/shared/persistence/journal';
import type { TaskRow } from '#adapters/tasks/persistence/task-sql';

/** The fact about a task that set-wise SQL tells, as the aggregate would have told it. */
export const toldOf = (type: TaskFact, task: TaskRow, more: Readonly<Record<string, unknown>> = {}): Told<TaskFact> => {
  const { id, goal_id, title, status, priority, assigned_to, owner_id, version } = task;
  const details = { task_id: id, title, status, priority, assigned_to, owner_id, ...more };
  return { type, ...(goal_id !== null && { goalId: goal_id }), version, details };
};
