import { goalRow } from '#application/goals/views';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

/** A column of ten-thousandths, as `shownPercentage` of the domain rounds it. */
export const shownPercentageOf = (progress: string): string =>
  `CASE WHEN ${progress} = 1000000 THEN 100 WHEN ${progress} >= 990000 THEN 99 ELSE (${progress} + 5000) / 10000 END`;

/** The percentage of goal `g`. */
export const SHOWN_PERCENTAGE = shownPercentageOf('g.progress');

/** What is read of goal `g`. */
export const GOAL_COLUMNS = columnsOf(goalRow, 'g', { progress_percentage: SHOWN_PERCENTAGE });
