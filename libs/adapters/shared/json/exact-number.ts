/**
 * A JSON number that a double would change, by its own digits: more than 15 of them, an exponent, or very small.
 * Written back as a string of these digits. The constructor checks nothing, because class-transformer calls it bare.
 */
export class ExactNumber {
  /** The mark by which the domain, which cannot import this class, takes it for an amount. */
  readonly isLosslessNumber = true;

  constructor(readonly digits: string) {}

  toString(): string {
    return this.digits;
  }

  toJSON(): string {
    return this.digits;
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
