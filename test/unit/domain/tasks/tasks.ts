import { randomUUID } from 'node:crypto';
import { Task, type Around, type NewTask, type TaskState } from '#domain/tasks/task';
import { USUAL_FIELDS, type TaskFields } from '#domain/tasks/task-fields';
import { expectOk } from '../../../support/results';

export const NOW = new Date('2026-06-01T12:00:00.000Z');
export const USER = randomUUID();

export const GOAL = { id: randomUUID(), status: 'active', isOpen: true };
export const CLOSED_GOAL = { id: randomUUID(), status: 'missed', isOpen: false };

/** Nothing stands around. */
export const ALONE: Around = { goal: null, parent: null, blockers: [], openSubtasks: [], overrides: false };

export const attempt = (fields: Partial<TaskFields> = {}, more: Partial<NewTask> = {}) =>
  Task.create(
    {
      ...{ id: randomUUID(), tenantId: randomUUID(), by: USER, goal: null, below: null, assignedTo: null },
      dependencies: [],
      fields: { ...USUAL_FIELDS, title: 'Write it down', ownerId: USER, ...fields },
      ...more,
    },
    NOW,
  );

/** A task as it is found in the store, with whatever state a test needs. */
export const stored = (state: Partial<TaskState> = {}): Task => {
  const kept = { ...expectOk(attempt()).state, ...state };
  return new Task(kept, kept);
};
