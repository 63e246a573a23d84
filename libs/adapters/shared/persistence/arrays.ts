/**
 * Parameters of array types in PostgreSQL's binary form (its documentation, *Message Formats*, and `array_recv`): of the thousands of
 * values of a batch none is quoted on this side and none is searched for quotes on the other.
 */

const UUID = { oid: 2950, size: 16 };
const TEXT = { oid: 25 };
const JSONB = { oid: 3802, version: 1 };
const INT32 = 4;
const HEADER = 5 * INT32;

/** Of `uuid[]`; each in its form of 36 characters. */
export const uuids = (values: readonly string[]): Buffer => {
  const array = Buffer.allocUnsafe(HEADER + values.length * (INT32 + UUID.size));
  let at = header(array, UUID.oid, values.length, false);
  for (const value of values) {
    at = array.writeInt32BE(UUID.size, at);
    at = writeUuid(array, value, at);
  }
  return array;
};

/** Of `text[]`. */
export const texts = (values: readonly (string | null)[]): Buffer => variable(TEXT.oid, values);

/** Of `jsonb[]`; each as its JSON text. */
export const jsons = (values: readonly string[]): Buffer => variable(JSONB.oid, values, JSONB.version);

/** Elements of any length, each behind its version where its type has one. */
const variable = (oid: number, values: readonly (string | null)[], version?: number): Buffer => {
  const before = version === undefined ? 0 : 1;
  const sizes = values.map((value) => (value === null ? null : before + Buffer.byteLength(value)));
  const size = sizes.reduce<number>((sum, one) => sum + INT32 + (one ?? 0), HEADER);
  const array = Buffer.allocUnsafe(size);
  let at = header(array, oid, values.length, sizes.includes(null));
  for (const [n, value] of values.entries()) {
    at = array.writeInt32BE(sizes[n] ?? -1, at);
    if (value === null) continue;
    if (version !== undefined) at = array.writeUInt8(version, at);
    at += array.write(value, at);
  }
  return array;
};

/** One dimension, counted from 1; an empty array has the same with no elements. */
const header = (array: Buffer, oid: number, length: number, hasNulls: boolean): number => {
  array.writeInt32BE(1, 0);
  array.writeInt32BE(hasNulls ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(length, 12);
  return array.writeInt32BE(1, 16);
};

const LENGTH_OF_UUID = 36;
const DASH = '-'.charCodeAt(0);
const NO_DIGIT = 16;
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

/** Four times as fast as Buffer's own reading of hexadecimal digits, which would have the dashes cut out before. */
const writeUuid = (array: Buffer, value: string, start: number): number => {
  let at = start;
  let all = value.length === LENGTH_OF_UUID ? 0 : NO_DIGIT;
  for (let n = 0; n < LENGTH_OF_UUID; n += 2) {
    if (n === 8 || n === 13 || n === 18 || n === 23) {
      if (value.charCodeAt(n) !== DASH) all = NO_DIGIT;
      n += 1;
    }
    const high = digitAt(value, n);
    const low = digitAt(value, n + 1);
    all |= high | low;
    array[at] = (high << 4) | low;
    at += 1;
  }
  if (all >= NO_DIGIT) throw new Error(`no UUID: ${value}`);
  return at;
};

const digitAt = (value: string, n: number): number => DIGITS[value.charCodeAt(n)] ?? NO_DIGIT;
