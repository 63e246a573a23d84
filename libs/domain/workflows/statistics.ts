const TENTH_OF_AN_HOUR = 360_000;

/** `dividend / divisor` rounded half up to an integer; integers from 0 to some 4 * 10^15, where floats are exact. */
const roundedDivision = (dividend: number, divisor: number): number =>
  Math.floor((2 * dividend + divisor) / (2 * divisor));

/** A share in percent with one decimal, half up; `null` of nothing (SPEC 4.5: not 0/0). */
export const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : roundedDivision(part * 1_000, whole) / 10;

/** Milliseconds in tenths of an hour, half up: what a duration is shown in, and so what it is counted by. */
export const tenthsOfHours = (milliseconds: number): number => roundedDivision(milliseconds, TENTH_OF_AN_HOUR);

/** The mean of `count` durations that sum up to `milliseconds`, in hours with one decimal; `null` when there are none. */
export const averageHours = (milliseconds: number, count: number): number | null =>
  count === 0 ? null : roundedDivision(milliseconds, count * TENTH_OF_AN_HOUR) / 10;

/** The place, from 1, of the `percentile` (1 to 100) among `count` sorted values by nearest rank; `null` when there are none. */
export const nearestRank = (count: number, percentile: number): number | null =>
  count === 0 ? null : Math.ceil((percentile * count) / 100);
