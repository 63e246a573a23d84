import { tenthsOfHours } from '#domain/workflows/statistics';
import type { CachedThing } from '#application/shared/cache';
import { COUNTERS, type Counter } from '#application/workflows/ports/analytics-read-model';
import type { Database } from '#adapters/shared/persistence/database';

/** One addition to a workflow's figures of a UTC day (SPEC 4.5). */
export interface Count {
  readonly tenant_id: string;
  readonly workflow_id: string;
  /** RFC 3339 in UTC; its day counts. */
  readonly at: string;
  readonly counter: Counter;
  readonly value: number;
}

/** What a workflow's statistics are made of besides the workflow, by the name of `Database.changed`. */
export const figuresOf = (workflowId: string): CachedThing => `workflow_figures:${workflowId}`;

/** Of every counter none. */
const NOTHING = Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>;

const ADD = `INSERT INTO workflow_daily_counters AS d (tenant_id, workflow_id, day, ${COUNTERS.join(', ')})
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], ${COUNTERS.map((_, n) => `$${String(n + 4)}::bigint[]`).join(', ')})
  ORDER BY 1, 2, 3
  ON CONFLICT (tenant_id, workflow_id, day) DO UPDATE SET ${COUNTERS.map((name) => `${name} = d.${name} + excluded.${name}`).join(', ')}`;

/**
 * Adds to the daily counters with the commit, summed up first and in one order, so that two transactions never wait for each
 * other in a circle, and for each other only as long as the commit takes.
 */
export const addToCounters = (db: Database, counts: readonly Count[]): void => {
  if (counts.length === 0) return;
  for (const { tenant_id, workflow_id } of counts) db.changed(tenant_id, [figuresOf(workflow_id)]);
  db.atCommit(ADD, columns(summed(counts), 'tenant_id', 'workflow_id', 'day', ...COUNTERS));
};

/** How long an enrollment took to its goal. */
export interface GoalTime {
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly time_to_goal_ms: number;
}

/** Adds to the durations that percentiles are read from, as to the counters and always before them. */
export const addToGoalTimes = (db: Database, times: readonly GoalTime[]): void => {
  if (times.length === 0) return;
  const sums = new Map<
    string,
    { tenant_id: string; workflow_id: string; tenths_of_hours: number; enrollments: number }
  >();
  for (const { tenant_id, workflow_id, time_to_goal_ms } of times) {
    const tenths_of_hours = tenthsOfHours(time_to_goal_ms);
    const key = `${tenant_id} ${workflow_id} ${String(tenths_of_hours)}`;
    const enrollments = 1 + (sums.get(key)?.enrollments ?? 0);
    sums.set(key, { tenant_id, workflow_id, tenths_of_hours, enrollments });
  }
  db.atCommit(
    `INSERT INTO workflow_goal_times AS t (tenant_id, workflow_id, tenths_of_hours, enrollments)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[]) ORDER BY 1, 2, 3
     ON CONFLICT (tenant_id, workflow_id, tenths_of_hours) DO UPDATE SET enrollments = t.enrollments + excluded.enrollments`,
    columns([...sums.values()], 'tenant_id', 'workflow_id', 'tenths_of_hours', 'enrollments'),
  );
};

type Sum = { readonly tenant_id: string; readonly workflow_id: string; readonly day: string } & Record<Counter, number>;

const summed = (counts: readonly Count[]): Sum[] => {
  const sums = new Map<string, Sum>();
  for (const { tenant_id, workflow_id, at, counter, value } of counts) {
    const day = at.slice(0, 'YYYY-MM-DD'.length);
    const key = `${tenant_id} ${workflow_id} ${day}`;
    const sum = sums.get(key) ?? { tenant_id, workflow_id, day, ...NOTHING };
    sum[counter] += value;
    sums.set(key, sum);
  }
  return [...sums.values()];
};

const columns = <Row>(rows: readonly Row[], ...names: readonly (keyof Row)[]): unknown[][] =>
  names.map((name) => rows.map((row) => row[name]));
