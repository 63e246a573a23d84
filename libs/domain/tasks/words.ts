/** The enumerations of tasks (SPEC 6). */
export const TASK_STATUSES = ['todo', 'in_progress', 'blocked', 'completed', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

const OPEN: readonly TaskStatus[] = ['todo', 'in_progress', 'blocked'];

export const isOpen = (status: TaskStatus): boolean => OPEN.includes(status);

export const TASK_PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type TaskPriority = (typeof TASK_PRIORITIES)[number];

/** Most tasks from the topmost one down to the deepest subtask, both included. */
export const DEEPEST = 10;

/** A task as it is named to somebody who must decide about another one. */
export interface NamedTask {
  readonly id: string;
  readonly title: string;
  readonly status: TaskStatus;
}

/** What must be known of a goal by a task that stands, or is to stand, under it. */
export interface GoalOfTask {
  readonly id: string;
  readonly status: string;
  readonly isOpen: boolean;
}
