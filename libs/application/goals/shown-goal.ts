import type { AnalysisFacts } from '#domain/goals/analysis';
import { healthOf, type HealthFacts } from '#domain/goals/health';
import { goalView, type GoalRow, type GoalView } from '#application/goals/views';

/** What is kept of a goal, with what the clock makes of it. */
export const shownGoal = (row: GoalRow, now: Date): GoalView => {
  const shown = Object.fromEntries(Object.keys(goalView.shape).map((key) => [key, row[key as keyof GoalRow]]));
  return { ...shown, health: healthOf(healthFacts(row), now) } as GoalView;
};

export const healthFacts = (row: GoalRow): HealthFacts => ({
  status: row.status,
  startDate: timeOf(row.start_date),
  targetDate: timeOf(row.target_date),
  progress: row.progress,
  measurementFrequency: row.measurement_frequency,
  lastProgressUpdate: timeOf(row.last_progress_update),
  heldSince: timeOf(row.held_since),
  heldMs: row.held_ms,
});

export const analysisFacts = (row: GoalRow): AnalysisFacts => ({
  ...healthFacts(row),
  priority: row.priority,
  riskLevel: row.risk_level,
  strategicAlignment: row.strategic_alignment,
  businessValue: row.business_value,
});

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
