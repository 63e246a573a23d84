import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';

/** A range of UTC days, `YYYY-MM-DD`, both ends included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 366;

/** Reads a period asked for; by default the last 30 days up to today, or up to `to` (SPEC 4.5). Every fault at once. */
export const readPeriod = (from: string | undefined, to: string | undefined, now: Date): Result<Period> => {
  const faults: FieldFault[] = [];
  const given = (name: string, text: string | undefined): number | undefined => {
    const day = text === undefined ? undefined : numberOf(text);
    if (text !== undefined && day === undefined)
      faults.push(fault(`?${name}`, 'malformed', 'A date such as 2026-01-31.'));
    return day;
  };
  const asked = { from: given('from', from), to: given('to', to) };
  const last = asked.to ?? Math.floor(now.getTime() / DAY_MS);
  const first = asked.from ?? last - DEFAULT_DAYS + 1;
  if (faults.length === 0 && first > last) faults.push(fault('?from', 'range', 'The first day lies behind the last.'));
  if (faults.length === 0 && last - first >= MOST_DAYS) {
    faults.push(fault('?from', 'range', `At most ${MOST_DAYS} days at once.`));
  }
  return faults.length > 0 ? err(invalid(faults)) : ok({ from: dateOf(first), to: dateOf(last) });
};

/** Every day of a period, in order. */
export const daysOf = ({ from, to }: Period): string[] => {
  const first = Date.parse(from) / DAY_MS;
  return Array.from({ length: Date.parse(to) / DAY_MS - first + 1 }, (_, n) => dateOf(first + n));
};

/** Days since 1970-01-01; `undefined` for what is no date of the calendar. */
const numberOf = (text: string): number | undefined => {
  const time = /^[12]\d{3}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) || dateOf(time / DAY_MS) !== text ? undefined : time / DAY_MS;
};

const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
