import { DEAD_LETTER_REASONS, DEAD_LETTER_WAYS } from '#domain/workflows/dead-letter';
import { view, type Shown } from '#application/shared/view';
import { eventAchievementView, OUTCOMES } from '#application/workflows/arrival';

const listed = {
  id: 'uuid',
  way: { oneOf: DEAD_LETTER_WAYS },
  origin: 'text',
  reason: { oneOf: DEAD_LETTER_REASONS },
  detail: 'text',
  /** As text, with replacement characters for what is none; the first 1,000. */
  preview: 'text',
  received_at: 'time',
  created_at: 'time',
} as const;

/** A dead letter in a list: without its bytes, of which one may have very many. */
export const listedDeadLetterView = view('ListedDeadLetter', listed);
export type ListedDeadLetterView = Shown<typeof listedDeadLetterView>;

/** `raw` is base64. */
export const deadLetterView = view('DeadLetter', { ...listed, raw: 'text' });
export type DeadLetterView = Shown<typeof deadLetterView>;

/** What became of a message that was run again. */
export const replayView = view('Replay', {
  event_id: 'text',
  outcome: { oneOf: OUTCOMES },
  achievements: { listOf: eventAchievementView },
});
export type ReplayView = Shown<typeof replayView>;
