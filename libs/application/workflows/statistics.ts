import { GOAL_TYPES } from '#domain/workflows/goal-type';
import { daysOf, type Period } from '#domain/workflows/period';
import { averageHours, percent } from '#domain/workflows/statistics';
import { view, type Shown } from '#application/shared/view';
import type { WorkflowFigures } from '#application/workflows/ports/analytics-read-model';

const goalTypeStatisticsView = view('GoalTypeStatistics', {
  achieved: 'integer',
  conversion_rate: { orNull: 'number' },
});

const dailyStatisticsView = view('DailyStatistics', { date: 'date', enrolled: 'integer', goals_achieved: 'integer' });

/** Rates are percent, durations hours, both with one decimal; `null` where there is nothing to divide by (SPEC 4.5). */
export const workflowStatisticsView = view('WorkflowStatistics', {
  workflow_id: 'uuid',
  total_enrolled: 'integer',
  total_ended: 'integer',
  goals_achieved: 'integer',
  conversion_rate: { orNull: 'number' },
  conversion_rate_ended: { orNull: 'number' },
  avg_time_to_goal_hours: { orNull: 'number' },
  median_time_to_goal_hours: { orNull: 'number' },
  p90_time_to_goal_hours: { orNull: 'number' },
  by_goal_type: { mapOf: goalTypeStatisticsView },
  daily: { listOf: dailyStatisticsView },
});
export type WorkflowStatisticsView = Shown<typeof workflowStatisticsView>;

/** Puts a workflow's figures into the words of SPEC 4.5, with every goal type and every day of the period. */
export const statisticsOf = (workflowId: string, figures: WorkflowFigures, period: Period): WorkflowStatisticsView => {
  const { totals, medianHours, p90Hours, days } = figures;
  const { enrolled = 0, ended = 0, goals_achieved: achieved = 0, time_to_goal_ms: milliseconds = 0 } = totals;
  return {
    workflow_id: workflowId,
    total_enrolled: enrolled,
    total_ended: ended,
    goals_achieved: achieved,
    conversion_rate: percent(achieved, enrolled),
    conversion_rate_ended: percent(achieved, ended),
    avg_time_to_goal_hours: averageHours(milliseconds, achieved),
    median_time_to_goal_hours: medianHours,
    p90_time_to_goal_hours: p90Hours,
    by_goal_type: Object.fromEntries(
      GOAL_TYPES.map((type) => {
        const count = totals[type] ?? 0;
        return [type, { achieved: count, conversion_rate: percent(count, enrolled) }];
      }),
    ),
    daily: daysOf(period).map((date) => {
      const day = days[date];
      return { date, enrolled: day?.enrolled ?? 0, goals_achieved: day?.goalsAchieved ?? 0 };
    }),
  };
};
