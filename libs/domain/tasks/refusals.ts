import { conflict, type DomainError } from '#domain/shared/errors';
import { MOST_DEPENDENCIES } from '#domain/tasks/task-fields';
import { TRANSITIONS } from '#domain/tasks/transitions';
import { DEEPEST, type GoalOfTask, type NamedTask, type TaskStatus } from '#domain/tasks/words';

/** Why a task cannot become what it was to become: all of them conflicts with what is there. */
export const invalidTransition = (from: TaskStatus, to: TaskStatus): DomainError =>
  conflict('task.invalid-transition', `A task that is ${from} cannot become ${to}.`, { allowed: TRANSITIONS[from] });

export const blockedBy = (blockers: readonly NamedTask[]): DomainError =>
  conflict(
    'task.blocked',
    'It depends on tasks that are still open. Close them first, or go past them as an Owner or Admin with `override: true`.',
    {
      blocked_by: blockers,
    },
  );

export const hasOpenSubtasks = (subtasks: readonly NamedTask[]): DomainError =>
  conflict('task.open-subtasks', 'Subtasks of it are still open; complete or cancel them first.', { subtasks });

export const goalClosed = ({ id, status }: GoalOfTask): DomainError =>
  conflict('task.goal-closed', `Its goal is ${status}; only under an open goal can a task be put or opened.`, {
    goal_id: id,
  });

export const parentClosed = ({ id, status }: { readonly id: string; readonly status: TaskStatus }): DomainError =>
  conflict('task.parent-closed', `Its parent task is ${status}; only under an open one can another be put or opened.`, {
    parent_task_id: id,
  });

export const parentDeleted = (parentTaskId: string): DomainError =>
  conflict('task.parent-deleted', 'Its parent task is deleted; restore that one first.', {
    parent_task_id: parentTaskId,
  });

export const goalDeleted = (goalIds: readonly string[]): DomainError =>
  conflict('task.goal-deleted', 'A goal that it, or a subtask, belongs to is deleted; restore that one first.', {
    goal_ids: goalIds,
  });

export const wouldCircle = (path: readonly string[]): DomainError =>
  conflict('task.cycle', 'The task would wait for itself, along dependencies and subtasks.', { path });

export const tooDeep: DomainError = conflict('task.too-deep', `Subtasks go down ${DEEPEST} levels at most.`, {
  deepest: DEEPEST,
});

export const completedAlready: DomainError = conflict(
  'task.completed',
  'A completed task is at 100 percent; reopen it first.',
);

export const alreadyDepends: DomainError = conflict('task.already-depends', 'The task depends on that one already.');

export const tooManyDependencies: DomainError = conflict(
  'task.too-many-dependencies',
  `A task depends on ${MOST_DEPENDENCIES} others at most.`,
  { most: MOST_DEPENDENCIES },
);
