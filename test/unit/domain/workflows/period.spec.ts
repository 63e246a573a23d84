import { daysOf, readPeriod } from '#domain/workflows/period';

const NOW = new Date('2026-03-31T23:59:59.999Z');

describe('the period of a daily series', () => {
  it('is the last 30 days in UTC, today among them', () => {
    expect(readPeriod(undefined, undefined, NOW)).toEqual({
      ok: true,
      value: { from: '2026-03-02', to: '2026-03-31' },
    });
  });

  it('begins 29 days before the last day asked for', () => {
    expect(readPeriod(undefined, '2026-03-01', NOW)).toEqual({
      ok: true,
      value: { from: '2026-01-31', to: '2026-03-01' },
    });
  });

  it('ends today when only its first day is asked for', () => {
    expect(readPeriod('2026-03-31', undefined, NOW)).toEqual({
      ok: true,
      value: { from: '2026-03-31', to: '2026-03-31' },
    });
  });

  it('takes 366 days and no more', () => {
    expect(readPeriod('2024-01-01', '2024-12-31', NOW).ok).toBe(true);
    expect(readPeriod('2023-12-31', '2024-12-31', NOW)).toMatchObject({
      error: { kind: 'invalid', fields: [{ pointer: '?from', code: 'range' }] },
    });
  });

  it('cannot end before it begins', () => {
    expect(readPeriod('2026-03-02', '2026-03-01', NOW)).toMatchObject({ error: { fields: [{ code: 'range' }] } });
    expect(readPeriod('2026-04-01', undefined, NOW)).toMatchObject({ error: { fields: [{ code: 'range' }] } });
  });

  it.each(['2026-02-30', '2026-1-1', '2026-13-01', '2026-01-01T00:00:00Z', '', 'today', '0000-01-01'])(
    'is not made of %p',
    (text) => {
      expect(readPeriod(text, text, NOW)).toMatchObject({
        error: {
          fields: [
            { pointer: '?from', code: 'malformed' },
            { pointer: '?to', code: 'malformed' },
          ],
        },
      });
    },
  );

  it('has every day once, over the end of a leap February', () => {
    expect(daysOf({ from: '2024-02-28', to: '2024-03-01' })).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(daysOf({ from: '2026-01-01', to: '2026-01-01' })).toEqual(['2026-01-01']);
  });
});
