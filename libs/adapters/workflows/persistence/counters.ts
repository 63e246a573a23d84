import { tenthsOfHours } from '#domain/workflows/statistics';
import type { GoalType } from '#domain/workflows/goal-type';
import type { CachedThing } from '#application/shared/cache';
import type { Database } from '#adapters/shared/persistence/database';

/** One addition to a workflow's figures of a UTC day (SPEC 4.5). */
export interface Count {
  readonly tenant_id: string;
  readonly workflow_id: string;
  /** RFC 3339 in UTC; its day counts. */
  readonly at: string;
  readonly counter: 'enrolled' | 'ended' | 'goals_achieved' | 'time_to_goal_ms' | GoalType;
  readonly value: number;
}

/** What a workflow's statistics are made of besides the workflow, by the name of `Database.changed`. */
export const figuresOf = (workflowId: string): CachedThing => `workflow_figures:${workflowId}`;

/**
 * Adds to the daily counters with the commit, summed up first and in one order, so that two transactions never wait for each
 * other in a circle, and for each other only as long as the commit takes.
 */
export const addToCounters = (db: Database, counts: readonly Count[]): void => {
  if (counts.length === 0) return;
  for (const { tenant_id, workflow_id } of counts) db.changed(tenant_id, [figuresOf(workflow_id)]);
  db.atCommit(
    `INSERT INTO workflow_daily_counters AS d (tenant_id, workflow_id, day, counter, value)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::bigint[]) ORDER BY 1, 2, 3, 4
     ON CONFLICT (tenant_id, workflow_id, day, counter) DO UPDATE SET value = d.value + excluded.value`,
    columns(summed(counts), 'tenant_id', 'workflow_id', 'day', 'counter', 'value'),
  );
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

type Sum = Omit<Count, 'at'> & { readonly day: string };

const summed = (counts: readonly Count[]): Sum[] => {
  const sums = new Map<string, Sum>();
  for (const { tenant_id, workflow_id, at, counter, value } of counts) {
    const day = at.slice(0, 'YYYY-MM-DD'.length);
    const key = `${tenant_id} ${workflow_id} ${day} ${counter}`;
    sums.set(key, { tenant_id, workflow_id, day, counter, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
};

const columns = <Row>(rows: readonly Row[], ...names: readonly (keyof Row)[]): unknown[][] =>
  names.map((name) => rows.map((row) => row[name]));
