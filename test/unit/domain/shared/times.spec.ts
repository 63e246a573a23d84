import fc from 'fast-check';
import { readTime } from '#domain/shared/times';

const read = (text: string) => readTime(text)?.toISOString();

describe('reading times', () => {
  it.each([
    ['2026-01-26T10:00:00Z', '2026-01-26T10:00:00.000Z'],
    ['2026-01-26t10:00:00z', '2026-01-26T10:00:00.000Z'],
    ['2026-01-26T10:00:00+05:30', '2026-01-26T04:30:00.000Z'],
    ['2026-01-26T23:30:00-01:00', '2026-01-27T00:30:00.000Z'],
    ['2026-01-26T10:00:00-00:00', '2026-01-26T10:00:00.000Z'],
    ['2024-02-29T23:59:59.5Z', '2024-02-29T23:59:59.500Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0050-06-01T00:00:00Z', '0050-06-01T00:00:00.000Z'],
    ['0050-06-01t00:00:00.1239z', '0050-06-01T00:00:00.123Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each(['.1239999999999999999999', '.123', '.12300000000000000000001'])('cuts %s to milliseconds', (fraction) => {
    expect(read(`2026-01-26T10:00:00${fraction}Z`)).toBe('2026-01-26T10:00:00.123Z');
  });

  it('cuts times before 1970 downwards too', () => {
    expect(read('1969-12-31T23:59:59.9999Z')).toBe('1969-12-31T23:59:59.999Z');
  });

  it.each([
    '2026-01-26T10:00:00',
    '2026-01-26',
    '2026-01-26T10:00Z',
    '2026-01-26 10:00:00Z',
    '2026-01-26T24:00:00Z',
    '2026-01-26T10:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-02-29T10:00:00Z',
    '2026-02-30T10:00:00Z',
    '1900-02-29T10:00:00Z',
    '2026-04-31T10:00:00Z',
    '2026-00-10T10:00:00Z',
    '2026-13-10T10:00:00Z',
    '2026-01-00T10:00:00Z',
    '2026-01-32T10:00:00Z',
    '2026-01-26T10:00:00+24:00',
    '2026-01-26T10:00:00+05:60',
    '2026-01-26T10:00:00+0530',
    '2026-01-26T10:00:00+05',
    '2026-01-26T10:00:00.Z',
    '2026-01-26T10:00:00,5Z',
    '+002026-01-26T10:00:00Z',
    '0000-12-31T10:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2026-01-26T10:00:00Z\n',
    ' 2026-01-26T10:00:00Z',
    '٢٠٢٦-01-26T10:00:00Z',
    'infinity',
    '-infinity',
    'now',
    '1769421600',
    '',
  ])('refuses %j', (text) => {
    expect(readTime(text)).toBeUndefined();
  });

  it('never throws, and answers only times it can write', () => {
    const almost = fc
      .array(fc.oneof(fc.stringMatching(/^[-\d:TZ+.]$/), fc.constant('2026-01-26T10:00:00')), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        const written = read(text);
        expect(written === undefined || read(written) === written).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('means the same instant whatever the offset', () => {
    const min = new Date('0001-01-02T00:00:00Z');
    const max = new Date('9999-12-30T00:00:00Z');
    const minutes = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), minutes, (time, offset) => {
        const local = new Date(time.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
          String(part).padStart(2, '0'),
        );
        expect(readTime(`${local}${offset < 0 ? '-' : '+'}${hours}:${rest}`)).toEqual(time);
      }),
      { numRuns: 1000 },
    );
  });
});
