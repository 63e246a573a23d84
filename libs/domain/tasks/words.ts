/** The enumerations of tasks (SPEC 6). */
export const TASK_STATUSES = ['todo', 'in_progress', 'blocked', 'completed', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

const OPEN: readonly TaskStatus[] = ['todo', 'in_progress', 'blocked'];

export const isOpen = (status: TaskStatus): boolean => OPEN.includes(status);

export const TASK_PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type TaskPriority = (typeof TASK_PRIORITIES)[number];
