import fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { amountFrom, decimal, decimalText, isAtLeast, isNegative, type Decimal } from '#domain/shared/decimal';

const read = (text: string): Decimal => {
  const value = decimal(text);
  if (!value) throw new Error(`${text} is no decimal`);
  return value;
};

describe('exact decimals', () => {
  it.each([
    ['007.50', '7.5'],
    ['7.5', '7.5'],
    ['0', '0'],
    ['-0.0', '0'],
    ['-0.5', '-0.5'],
    ['100', '100'],
    ['0.000000000000000001', '0.000000000000000001'],
    ['999999999999999999.999999999999999999', '999999999999999999.999999999999999999'],
  ])('%s is written %s', (text, canonical) => {
    expect(decimalText(read(text))).toBe(canonical);
  });

  it.each([
    '',
    '.5',
    '5.',
    '1e3',
    '+1',
    ' 1',
    '1 ',
    '1,5',
    '0x10',
    'NaN',
    '1'.repeat(19),
    `0.${'1'.repeat(19)}`,
    '1.2.3',
  ])('%j is no decimal', (text) => {
    expect(decimal(text)).toBeUndefined();
  });

  it('99.999999999999999999 is less than 100, which a float would not know', () => {
    expect(isAtLeast(read('99.999999999999999999'), read('100'))).toBe(false);
    expect(isAtLeast(read('100.00'), read('100'))).toBe(true);
  });

  it('only what is below zero is negative', () => {
    expect([read('-0.01'), read('-0'), read('0'), read('1')].map(isNegative)).toEqual([true, false, false, false]);
  });

  it('a written decimal reads as the same value', () => {
    const units = fc.bigInt({ min: -(10n ** 36n - 1n), max: 10n ** 36n - 1n });
    fc.assert(fc.property(units, (value) => read(decimalText({ units: value })).units === value));
  });
});

describe('amounts', () => {
  it.each([
    ['12.50', '12.5'],
    [100, '100'],
    [99.5, '99.5'],
    [new LosslessNumber('99.999999999999999999'), '99.999999999999999999'],
  ])('are read from %p by their own digits', (raw, text) => {
    expect(amountFrom(raw)).toEqual(read(text));
  });

  it.each([
    1e21,
    1e-7,
    NaN,
    Infinity,
    null,
    undefined,
    true,
    [],
    {},
    { isLosslessNumber: 'no' },
    new LosslessNumber('1e2'),
  ])('%p is none', (raw) => {
    expect(amountFrom(raw)).toBeUndefined();
  });
});
