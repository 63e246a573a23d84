import type { AnalysisFacts } from '#domain/goals/analysis';
import { wireName } from '#domain/shared/changes';
import type { GoalState } from '#domain/goals/goal';
import { healthOf, type HealthFacts } from '#domain/goals/health';
import { shownPercentage } from '#domain/goals/percentage';
import { goalRow, goalView, type GoalRow, type GoalView } from '#application/goals/views';

/** What is read of a goal that has just been written, from what was written. */
export const goalRowOf = (state: GoalState): GoalRow => {
  const values = new Map<string, unknown>(
    Object.entries(state).map(([field, value]) => [wireName(field), shown(value)]),
  );
  values.set('progress_percentage', state.progress === null ? null : shownPercentage(state.progress));
  return Object.fromEntries(Object.keys(goalRow.shape).map((key) => [key, values.get(key)])) as unknown as GoalRow;
};

const shown = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);

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
