import { goalRow } from '#application/goals/views';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

/** As `shownPercentage` of the domain rounds it. */
const SHOWN_PERCENTAGE = `CASE WHEN g.progress = 1000000 THEN 100 WHEN g.progress >= 990000 THEN 99
  ELSE (g.progress + 5000) / 10000 END`;

/** What is read of the goals `g`. */
export const GOAL_COLUMNS = columnsOf(goalRow, 'g', { progress_percentage: SHOWN_PERCENTAGE });
