import { isSafeNumber } from 'lossless-json';

/**
 * A JSON number by its own digits: where a double might change it, or an amount must not be written so. Written back as the
 * number it is, or as a string of its digits where no double has them all. The constructor checks nothing, because
 * class-transformer calls it bare.
 */
export class ExactNumber {
  /** The mark by which the domain, which cannot import this class, takes it for an amount. */
  readonly isLosslessNumber = true;

  constructor(readonly digits: string) {}

  toString(): string {
    return this.digits;
  }

  /** `undefined` where no double has all of its digits. */
  toNumber(): number | undefined {
    return isSafeNumber(this.digits) ? Number(this.digits) : undefined;
  }

  toJSON(): number | string {
    return this.toNumber() ?? this.digits;
  }
}

/** Up to 15 characters of digits and point, not so small that JavaScript would write an exponent. */
const SAFE = /^-?(?!0\.0{6})[\d.]{1,15}$/;

export const isSafe = (digits: string): boolean => SAFE.test(digits);

/** The digits of a number read by `readJson`, in the form `decimal` takes; `undefined` for what is no number. */
export const digitsOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return value instanceof ExactNumber ? value.digits : undefined;
};
