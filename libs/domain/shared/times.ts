/** Date, `T`, time to the second, fraction, and an offset that must be there (RFC 3339 allows lower-case `t` and `z`). */
const FORM =
  /^(\d{4}-\d\d-(\d\d))T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

const MINUTE_MS = 60_000;
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Reads an RFC 3339 time with any offset, cut to milliseconds (SPEC 4.3); written again by `toISOString()`.
 * `undefined` for everything else: no offset, days the calendar does not have, `24:00`, `infinity`, a leap second
 * (`:60`, which a `Date` cannot hold), and years that UTC does not write with four digits.
 */
export const readTime = (text: string): Date | undefined => {
  const [, date, day, clock, fraction = '', sign, hours, minutes] = FORM.exec(text) ?? [];
  if (date === undefined || clock === undefined) return undefined;
  const local = new Date(`${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date rolls a day that does not exist over into the next month.
  if (local.getUTCDate() !== Number(day)) return undefined;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
  const time = local.getTime() + (sign === '-' ? offset : -offset);
  return time >= FIRST && time <= LAST ? new Date(time) : undefined;
};
