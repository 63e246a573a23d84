import fc from 'fast-check';
import { BUCKETS, readBuckets, type Bucket } from '#domain/goals/progress-buckets';
import { expectOk } from '../../../support/results';

/** A Thursday. */
const NOW = new Date('2026-01-29T10:00:00.000Z');

const buckets = (bucket: Bucket, from?: string, to?: string) =>
  readBuckets(
    bucket,
    { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) },
    NOW,
  );
const days = (...args: Parameters<typeof buckets>) =>
  expectOk(buckets(...args)).map(({ from }) => from.toISOString().replace('T00:00:00.000Z', ''));

describe('Buckets', () => {
  it('are UTC days, weeks from Monday, and months', () => {
    expect(days('day', '2026-01-27T23:59:59.999Z')).toEqual(['2026-01-27', '2026-01-28', '2026-01-29']);
    expect(days('week', '2026-01-18T12:00:00Z')).toEqual(['2026-01-12', '2026-01-19', '2026-01-26']);
    expect(days('week', '2026-01-26T00:00:00Z')).toEqual(['2026-01-26']);
    expect(days('month', '2025-11-30T23:00:00-05:00')).toEqual(['2025-12-01', '2026-01-01']);
  });

  it('are the last 30 up to now, or up to `to`', () => {
    expect(days('day')).toHaveLength(30);
    expect([days('day')[0], days('day').at(-1)]).toEqual(['2025-12-31', '2026-01-29']);
    const months = days('month', undefined, '2025-03-15T00:00:00Z');
    expect([months.length, months[0], months.at(-1)]).toEqual([30, '2022-10-01', '2025-03-01']);
  });

  it('begin with the first year that can be written', () => {
    expect(days('month', undefined, '0002-01-15T00:00:00Z')[0]).toBe('0001-01-01');
    expect(days('week', '0001-01-01T00:00:00Z', '0001-01-08T00:00:00Z')).toEqual(['0001-01-01', '0001-01-08']);
  });

  it('are none that has not begun', () => {
    expect(days('day', '2026-01-28T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual(['2026-01-28', '2026-01-29']);
    expect(days('day', '2026-02-01T00:00:00Z')).toEqual([]);
  });

  it('are at most 366, and in order', () => {
    expect(days('day', '2025-01-29T00:00:00Z')).toHaveLength(366);
    expect(buckets('day', '2025-01-28T00:00:00Z')).toMatchObject({ error: { fields: [{ pointer: '?from' }] } });
    expect(buckets('month', '0001-01-01T00:00:00Z')).toMatchObject({ error: { kind: 'invalid' } });
    expect(buckets('week', '2026-01-28T00:00:00Z', '2026-01-27T00:00:00Z')).toMatchObject({
      error: { fields: [{ pointer: '?from', code: 'range' }] },
    });
    expect(days('week', '2026-01-27T00:00:00Z', '2026-01-27T00:00:00Z')).toEqual(['2026-01-26']);
  });

  it('follow each other without a gap and hold both ends', () => {
    const time = fc.date({ min: new Date('2020-01-01'), max: NOW, noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...BUCKETS), time, time, (bucket, one, other) => {
        const [from, to] = one < other ? [one, other] : [other, one];
        const read = readBuckets(bucket, { from, to }, NOW);
        if (!read.ok) return;
        expect(read.value[0]!.from <= from && from < read.value[0]!.until).toBe(true);
        expect(read.value.at(-1)!.from <= to && to < read.value.at(-1)!.until).toBe(true);
        for (const [n, { until }] of read.value.slice(0, -1).entries()) expect(read.value[n + 1]!.from).toEqual(until);
      }),
      { numRuns: 200 },
    );
  });
});
