import { Counter, Histogram } from 'prom-client';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '#domain/workflows/dead-letter';
import { EVENT_TYPES, type EventType } from '#domain/workflows/goal-type';
import type { Verdict } from '#adapters/workflows/messaging/event-batcher';

const WAYS = ['http', 'stream', 'pubsub'] as const;
export type WayIn = (typeof WAYS)[number];

const OUTCOMES = ['achieved', 'no_match', 'duplicate', 'unknown_tenant', 'postponed', 'refused'] as const;

const received = new Counter({
  name: 'goal_events_received_total',
  help: 'Events taken in, by the way they came; those of other types than the five, and what is no event, are "other".',
  labelNames: ['way', 'type'],
});

const evaluations = new Counter({
  name: 'goal_evaluations_total',
  help: 'Events by what was decided about them; "postponed" ones come again, "refused" ones the database would not take.',
  labelNames: ['outcome'],
});

const latency = new Histogram({
  name: 'goal_evaluation_latency_seconds',
  help: 'From the moment an event came in (on a stream: was added to it) to its committed decision.',
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
});

const deadLetters = new Counter({
  name: 'goal_dead_letters_total',
  help: 'Messages set aside, by the reason.',
  labelNames: ['reason'],
});

const mismatches = new Counter({
  name: 'goal_tenant_mismatches_total',
  help: 'Events that named a tenant other than the one who handed them in may speak for.',
});

const dropped = new Counter({
  name: 'goal_events_dropped_total',
  help: 'Events published on a channel that were dropped because too many waited already.',
});

/** A series that begins with its first count shows no increase then, and no alert would see it. */
for (const way of WAYS) for (const type of [...EVENT_TYPES, 'other']) received.inc({ way, type }, 0);
for (const outcome of OUTCOMES) evaluations.inc({ outcome }, 0);
for (const reason of DEAD_LETTER_REASONS) deadLetters.inc({ reason }, 0);

/** Counts per batch what would cost more per event. */
const countEach = <Label extends string>(
  labels: readonly Label[],
  count: (label: Label, times: number) => void,
): void => {
  const times = new Map<Label, number>();
  for (const label of labels) times.set(label, (times.get(label) ?? 0) + 1);
  times.forEach((n, label) => {
    count(label, n);
  });
};

export const countReceived = (way: WayIn, types: readonly (EventType | 'other')[]): void => {
  countEach(types, (type, times) => {
    received.inc({ way, type }, times);
  });
};

/** `receivedAt`: of the event that each verdict is about. */
export const countDecided = (verdicts: readonly Verdict[], receivedAt: readonly Date[], now: number): void => {
  countEach(verdicts.map(outcomeOf), (outcome, times) => {
    evaluations.inc({ outcome }, times);
  });
  for (const at of receivedAt) latency.observe(Math.max(0, now - at.getTime()) / 1000);
};

export const countDeadLetters = (reasons: readonly DeadLetterReason[]): void => {
  countEach(reasons, (reason, times) => {
    deadLetters.inc({ reason }, times);
  });
};

export const countDropped = (): void => {
  dropped.inc();
};

export const countMismatch = (): void => {
  mismatches.inc();
};

const outcomeOf = (verdict: Verdict): (typeof OUTCOMES)[number] =>
  'outcome' in verdict ? verdict.outcome : 'postponed' in verdict ? 'postponed' : 'refused';
