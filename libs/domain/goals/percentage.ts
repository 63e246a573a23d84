/** A percentage as it is kept: ten-thousandths of a percent, 0 to 1,000,000 (SPEC 5, *Progress*). */
export type Progress = number;

export const COMPLETE: Progress = 1_000_000;
const PERCENT = 10_000;

export const progressOf = (percentage: number): Progress => Math.round(percentage * PERCENT);

/** With its up to four decimals. */
export const percentageOf = (progress: Progress): number => progress / PERCENT;

/** A whole percentage, rounded half up, but 100 only when it is 100. */
export const shownPercentage = (progress: Progress): number =>
  progress >= COMPLETE ? 100 : Math.min(99, Math.floor(progress / PERCENT + 0.5));
