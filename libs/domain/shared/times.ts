/** Date, `T`, time to the second, fraction, and an offset that must be there (RFC 3339 allows lower-case `t` and `z`). */
const FORM = /^(\d{4}-\d\d-(\d\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** The first and the last time that are written with a year of four digits, in milliseconds since 1970; the first is a Monday. */
export const FIRST_TIME = Date.parse('0001-01-01T00:00:00.000Z');
export const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Reads an RFC 3339 time with any offset, cut to milliseconds (SPEC 4.3); written again by `toISOString()`.
 * `undefined` for everything else: no offset, days the calendar does not have, `24:00`, `infinity`, a leap second
 * (`:60`, which a `Date` cannot hold), and years that UTC does not write with four digits.
 */
export const readTime = (text: string): Date | undefined => {
  const [, date, day] = FORM.exec(text) ?? [];
  if (date === undefined || day === undefined || !isInCalendar(date, day)) return undefined;
  const time = Date.parse(text);
  return time >= FIRST_TIME && time <= LAST_TIME ? new Date(time) : undefined;
};

/** `Date` rolls the 30th of February over into March. */
const isInCalendar = (date: string, day: string): boolean =>
  (day >= '01' && day <= '28') || new Date(`${date}T00:00:00Z`).getUTCDate() === Number(day);
