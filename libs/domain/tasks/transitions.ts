import type { TaskFact } from '#domain/tasks/outgoing';
import type { TaskStatus } from '#domain/tasks/words';

/** From each status the ones it can change to (SPEC 6). */
export const TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  todo: ['in_progress', 'completed', 'blocked', 'cancelled'],
  in_progress: ['todo', 'completed', 'blocked', 'cancelled'],
  blocked: ['todo', 'in_progress', 'cancelled'],
  completed: ['todo'],
  cancelled: ['todo'],
};

/** A status that a task reaches only when nothing open stands before it, or somebody overrides that. */
export const needsClearWay = (to: TaskStatus): boolean => to === 'in_progress' || to === 'completed';

/** What tells of a change of status: an end and a block have events of their own, everything else is an update. */
export const factOf = (to: TaskStatus): TaskFact =>
  to === 'completed' ? 'task.completed' : to === 'blocked' ? 'task.blocked' : 'task.updated';
