/** The ways in on which a message can be bad; over HTTP the answer is enough (SPEC 7, *Bad input*). */
export const DEAD_LETTER_WAYS = ['stream', 'pubsub', 'request'] as const;
export type DeadLetterWay = (typeof DEAD_LETTER_WAYS)[number];

/** Why a message became a dead letter (API, *Messages coming in*). */
export const DEAD_LETTER_REASONS = [
  'not_json',
  'refused_content',
  'bad_signature',
  'tenant_missing',
  'occurred_at_in_future',
  'tenant_unknown',
  'invalid_event',
  'refused_by_database',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];
