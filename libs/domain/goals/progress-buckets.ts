import { fault, invalid } from '#domain/shared/errors';
import { FIRST_TIME } from '#domain/shared/times';
import { err, ok, type Result } from '#domain/shared/result';

/** Stretches of time that a chart goes by, in UTC; weeks begin on Monday. */
export const BUCKETS = ['day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

/** `until` is the beginning of the next one. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

const USUAL_BUCKETS = 30;
export const MOST_BUCKETS = 366;

/**
 * The buckets from that of `from` to that of `to`, by default the last 30 up to `to`, and `to` being now; none that has not
 * begun. 422 for more than 366, and for a time range that ends before it begins.
 */
export const readBuckets = (
  bucket: Bucket,
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  now: Date,
): Result<Span[]> => {
  const order = rangeFaults(from, to);
  if (!order.ok) return order;
  const last = startOf(bucket, to && to < now ? to : now);
  const first = from ? startOf(bucket, from) : shifted(bucket, last, 1 - USUAL_BUCKETS);
  const spans: Span[] = [];
  for (
    let start = first.getTime() < FIRST_TIME ? new Date(FIRST_TIME) : first;
    start <= last;
    start = shifted(bucket, start, 1)
  ) {
    if (spans.length === MOST_BUCKETS) return err(tooMany);
    spans.push({ from: start, until: shifted(bucket, start, 1) });
  }
  return ok(spans);
};

/** 422 when a time range ends before it begins. */
export const rangeFaults = (from: Date | undefined, to: Date | undefined): Result<void> =>
  from && to && from > to ? err(outOfOrder) : ok(undefined);

const outOfOrder = invalid([fault('?from', 'range', '`from` lies behind `to`.')]);
const tooMany = invalid([fault('?from', 'range', `At most ${MOST_BUCKETS} buckets at once.`)]);

const startOf = (bucket: Bucket, time: Date): Date => {
  const start = new Date(time);
  start.setUTCHours(0, 0, 0, 0);
  if (bucket === 'week') start.setUTCDate(start.getUTCDate() - ((start.getUTCDay() + 6) % 7));
  if (bucket === 'month') start.setUTCDate(1);
  return start;
};

const shifted = (bucket: Bucket, start: Date, by: number): Date => {
  const next = new Date(start);
  if (bucket === 'month') next.setUTCMonth(next.getUTCMonth() + by);
  else next.setUTCDate(next.getUTCDate() + by * (bucket === 'week' ? 7 : 1));
  return next;
};
