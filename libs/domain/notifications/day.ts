const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The hour of a day, in UTC, at which people are told what it brings. */
const TOLD_AT_MS = 6 * HOUR_MS;

/** The day whose notices are to be sent by now, as `2026-11-26`: `null` before six in the morning (UTC). */
export const dayToTell = (now: Date): string | null => {
  const day = now.toISOString().slice(0, 10);
  return now.getTime() - startOf(day) >= TOLD_AT_MS ? day : null;
};

/**
 * The times that a day's notices look at. `dueFrom` is in, `dueTo` out: the whole next day (UTC). `since` and `until` are the
 * hours of telling, the day before and this day, whenever it is really done: neighbouring days share nothing and miss nothing.
 */
export const dailySpans = (day: string): Readonly<Record<'dueFrom' | 'dueTo' | 'since' | 'until', Date>> => {
  const start = startOf(day);
  return {
    dueFrom: new Date(start + DAY_MS),
    dueTo: new Date(start + 2 * DAY_MS),
    since: new Date(start - DAY_MS + TOLD_AT_MS),
    until: new Date(start + TOLD_AT_MS),
  };
};

const startOf = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);
