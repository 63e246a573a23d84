import { randomUUID } from 'node:crypto';
import { Goal, type GoalState } from '#domain/goals/goal';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import type { FirstStatus } from '#domain/goals/words';
import { expectOk } from '../../../support/results';

export const NOW = new Date('2026-06-01T12:00:00.000Z');
export const USER = randomUUID();
export const TENANT = randomUUID();

export const fieldsOf = (more: Partial<GoalFields> = {}): GoalFields => ({
  ...USUAL_FIELDS,
  name: 'Answer within a day',
  goalType: 'strategic',
  ownerId: USER,
  ...more,
});

export const attempt = (more: Partial<GoalFields> = {}, status: FirstStatus = 'active', parent: Goal | null = null) =>
  Goal.create({ id: randomUUID(), tenantId: TENANT, by: USER, status, fields: fieldsOf(more) }, parent, NOW);

/** A goal as it is found in the store, with whatever state a test needs. */
export const stored = (state: Partial<GoalState> = {}, parent: Goal | null = null): Goal => {
  const made = expectOk(attempt({}, 'active', parent));
  const kept = { ...made.state, ...state };
  return new Goal(kept, kept);
};
