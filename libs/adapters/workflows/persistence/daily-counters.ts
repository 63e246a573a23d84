import type { Database } from '#adapters/shared/persistence/database';
import type { GoalType } from '#domain/workflows/goal-type';

/** What is counted by UTC day; statistics come from these and stay when enrollments are purged (SPEC 4.5, 7). */
export type Counter = 'enrolled' | 'ended' | 'goals_achieved' | 'time_to_goal_ms' | GoalType;

export interface Count {
  readonly tenantId: string;
  readonly workflowId: string;
  readonly at: Date;
  readonly counter: Counter;
  readonly value: number;
}

/**
 * Adds to the counters, in one statement. Every transaction that counts does it as its last write: the rows are shared by all
 * that happens to a workflow in a day, and are taken in one order, so that nobody waits long or in a circle.
 */
export const addToCounters = async (db: Database, counts: readonly Count[]): Promise<void> => {
  if (counts.length === 0) return;
  await db.query(
    `INSERT INTO workflow_daily_counters AS c (tenant_id, workflow_id, day, counter, value)
     SELECT n.tenant_id, n.workflow_id, (n.at AT TIME ZONE 'UTC')::date AS day, n.counter, sum(n.value)
     FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[])
       AS n (tenant_id, workflow_id, at, counter, value)
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
     ON CONFLICT (tenant_id, workflow_id, day, counter) DO UPDATE SET value = c.value + EXCLUDED.value`,
    [
      counts.map(({ tenantId }) => tenantId),
      counts.map(({ workflowId }) => workflowId),
      counts.map(({ at }) => at.toISOString()),
      counts.map(({ counter }) => counter),
      counts.map(({ value }) => value),
    ],
  );
};
