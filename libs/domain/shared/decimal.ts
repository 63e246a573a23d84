/** An exact decimal: `units / 10^18`. Up to 18 digits before and after the point, no exponent (SPEC 4.2). */
export interface Decimal {
  readonly units: bigint;
}

const SCALE = 18;
const FORM = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/;

/** Reads a decimal by its own digits; `undefined` when the text is none. `"007.50"` and `"7.5"` are the same. */
export const decimal = (text: string): Decimal | undefined => {
  const [, sign, whole, fraction = ''] = FORM.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return { units: sign === '-' ? -units : units };
};

export const isAtLeast = (value: Decimal, least: Decimal): boolean => value.units >= least.units;

export const isNegative = (value: Decimal): boolean => value.units < 0n;

/** The one way to write it: no leading or trailing zeros, no `-0`. */
export const decimalText = (value: Decimal): string => {
  const digits = (value.units < 0n ? -value.units : value.units).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${value.units < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction && `.${fraction}`}`;
};

/**
 * Reads an amount as it came: text, a JSON number, or a number that kept its own digits when the JSON was parsed (an object
 * marked `isLosslessNumber`, known by its shape because the domain imports no parser).
 */
export const amountFrom = (raw: unknown): Decimal | undefined => {
  if (typeof raw === 'string') return decimal(raw);
  if (typeof raw === 'number' || isLossless(raw)) return decimal(String(raw));
  return undefined;
};

const isLossless = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'isLosslessNumber' in raw && typeof raw.toString === 'function';
