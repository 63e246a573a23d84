import { fault, type DomainError, type FieldFault } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { view, type Shown } from '#application/shared/view';
import { eventAchievementView, OUTCOMES } from '#application/workflows/arrival';
import { fieldFaultView } from '#adapters/shared/http/problem';
import type { Verdict } from '#adapters/workflows/messaging/event-batcher';

const eventErrorView = view('EventError', { code: 'text', detail: 'text', errors: { listOf: fieldFaultView } });

export const eventResultView = view('EventResult', {
  event_id: { orNull: 'text' },
  outcome: { oneOf: OUTCOMES },
  achievements: { listOf: eventAchievementView },
  error: { orNull: eventErrorView },
});
export type EventResult = Shown<typeof eventResultView>;

export const eventResultsView = view('EventResults', { results: { listOf: eventResultView } });
export type EventResults = Shown<typeof eventResultsView>;

/** The answer to who waits while a tenant's rows are locked for long. */
export const POSTPONED: DomainError = {
  kind: 'unavailable',
  code: 'events.postponed',
  message: 'A long change of this tenant is under way. Send the events again; those already decided change nothing.',
};

export const plain = (event_id: string, outcome: EventResult['outcome']): EventResult => ({
  event_id,
  outcome,
  achievements: [],
  error: null,
});

export const refused = (
  event_id: string | null,
  errors: readonly FieldFault[],
  code = 'validation-failed',
): EventResult => ({
  event_id,
  outcome: 'invalid',
  achievements: [],
  error: { code, detail: 'The event has faults; each is named in `errors`.', errors },
});

/** The fault is of an event whose form is right, and that was not decided after all. */
export const resultOf = (verdict: Verdict | undefined, isRepeated: boolean): Result<EventResult, FieldFault> => {
  if (!verdict || 'postponed' in verdict) throw new Error('an event was handed in and nothing was decided');
  if ('refused' in verdict) return err(fault('', 'refused', 'It holds a value that cannot be stored.'));
  if (verdict.outcome === 'unknown_tenant') return err(fault('/tenant_id', 'unknown', 'There is no such tenant.'));
  const outcome = verdict.outcome === 'no_match' && isRepeated ? 'duplicate' : verdict.outcome;
  return ok({ ...verdict, outcome, error: null });
};
