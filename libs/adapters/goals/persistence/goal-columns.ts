import { goalRow } from '#application/goals/views';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

/** The percentage of goal `g`, as `shownPercentage` of the domain rounds it. */
export const SHOWN_PERCENTAGE = `CASE WHEN g.progress = 1000000 THEN 100 WHEN g.progress >= 990000 THEN 99
  ELSE (g.progress + 5000) / 10000 END`;

/** What is read of goal `g`. */
export const GOAL_COLUMNS = columnsOf(goalRow, 'g', { progress_percentage: SHOWN_PERCENTAGE });
