import { fieldName } from '#domain/shared/changes';
import type { AnalysisFacts } from '#domain/goals/analysis';
import type { GoalState } from '#domain/goals/goal';
import { healthOf, type HealthFacts } from '#domain/goals/health';
import { shownPercentage } from '#domain/goals/percentage';
import { goalRow, goalView, type GoalRow, type GoalView } from '#application/goals/views';

/** Each key of what is read, with the field that is behind it. */
const FIELDS = Object.keys(goalRow.shape).map((key) => [key, fieldName(key) as keyof GoalState] as const);
const SHOWN = Object.keys(goalView.shape).filter((key) => key in goalRow.shape) as (keyof GoalRow)[];

/** What is read of a goal that has just been written, from what was written. */
export const goalRowOf = (state: GoalState): GoalRow => {
  const row: Record<string, unknown> = {};
  for (const [key, field] of FIELDS) row[key] = shown(state[field]);
  row.progress_percentage = state.progress === null ? null : shownPercentage(state.progress);
  return row as unknown as GoalRow;
};

const shown = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);

/** What is kept of a goal, with what the clock makes of it. */
export const shownGoal = (row: GoalRow, now: Date): GoalView => {
  const view: Record<string, unknown> = {};
  for (const key of SHOWN) view[key] = row[key];
  view.health = healthOf(healthFacts(row), now);
  return view as unknown as GoalView;
};

export const healthFacts = (row: GoalRow): HealthFacts => ({
  status: row.status,
  startDate: timeOf(row.start_date),
  targetDate: timeOf(row.target_date),
  progress: row.progress,
  measurementFrequency: row.measurement_frequency,
  lastProgressUpdate: timeOf(row.last_progress_update),
  heldSince: timeOf(row.held_since),
  holds: row.holds,
});

export const analysisFacts = (row: GoalRow): AnalysisFacts => ({
  ...healthFacts(row),
  priority: row.priority,
  riskLevel: row.risk_level,
  strategicAlignment: row.strategic_alignment,
  businessValue: row.business_value,
});

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
