import { v7 } from 'uuid';
import type { GoalType } from '#domain/workflows/goal-type';
import { canonicalCriteria, type Criteria } from '#domain/workflows/criteria';
import type { TestApp } from './app';

export interface SeededGoal {
  readonly goalType: GoalType;
  readonly criteria: Criteria;
  readonly windowHours?: number;
  readonly activeSince?: Date;
}

const LONG_AGO = new Date('2025-01-01T00:00:00.000Z');

/** An active workflow with its goals, written straight into the tables: for tests of what comes after. */
export const seedWorkflow = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  goals: readonly SeededGoal[],
  goalLogic: 'any' | 'all' = 'any',
): Promise<{ id: string; goalIds: string[] }> => {
  const id = v7();
  await app.rows(
    `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, first_activated_at, version, created_at, updated_at)
     VALUES ($1, $2, $3, 'active', $4, '[]', $5, 1, $5, $5)`,
    [tenantId, id, `workflow ${id}`, goalLogic, LONG_AGO],
  );
  const goalIds: string[] = [];
  for (const [n, goal] of goals.entries()) {
    const goalId = v7();
    goalIds.push(goalId);
    await app.rows(
      `INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, active_since,
         window_hours, position, version, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, true, $7, $8, $9, 1, $10, $10)`,
      [
        tenantId,
        goalId,
        id,
        goal.goalType,
        JSON.stringify(goal.criteria),
        canonicalCriteria(goal.criteria),
        goal.activeSince ?? LONG_AGO,
        goal.windowHours ?? null,
        n + 1,
        LONG_AGO,
      ],
    );
  }
  await tellOfGoals(app, tenantId);
  return { id, goalIds };
};

/** As the service does with each change of goals. */
const tellOfGoals = (app: Pick<TestApp, 'rows'>, tenantId: string) =>
  app.rows('UPDATE tenants SET goals_changed_in = pg_current_xact_id() WHERE id = $1', [tenantId]);

/**
 * Active workflows with one goal each that nothing in particular can reach: any purchase, or a form of its own. In one statement
 * however many.
 */
export const seedManyGoals = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  count: number,
  goalType: GoalType = 'form_submitted',
): Promise<void> => {
  await app.rows(
    `WITH made AS (
       INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, first_activated_at, version, created_at, updated_at)
       SELECT $1, gen_random_uuid(), 'workflow ' || gen_random_uuid(), 'active', 'any', '[]', now(), 1, now(), now()
       FROM generate_series(1, $2::int) RETURNING id
     )
     INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, active_since, position,
       version, created_at, updated_at)
     SELECT $1, gen_random_uuid(), id, $3::text,
       CASE $3::text WHEN 'purchase_made' THEN '{"any_purchase":true}' ELSE jsonb_build_object('form_id', id) END,
       'key', true, now(), 1, 1, now(), now() FROM made`,
    [tenantId, count, goalType],
  );
  await tellOfGoals(app, tenantId);
};

/** Open enrollments of contacts in a workflow, each with `actions` pending actions. Answers their ids in the order of the contacts. */
export const seedEnrollments = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  workflowId: string,
  contacts: readonly string[],
  { enrolledAt = new Date('2026-01-01T00:00:00.000Z'), actions = 1 } = {},
): Promise<string[]> => {
  const ids = contacts.map(() => v7());
  await app.rows(
    `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
     SELECT $1, c.id, c.external_id, now(), now() FROM unnest($2::uuid[], $3::text[]) AS c (id, external_id)
     ON CONFLICT (tenant_id, external_id) DO NOTHING`,
    [tenantId, contacts.map(() => v7()), contacts],
  );
  await app.rows(
    `INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at)
     SELECT $1, e.id, $2, c.id, 'active', $5, now()
     FROM unnest($3::uuid[], $4::text[]) AS e (id, external_id)
     JOIN contacts c ON c.tenant_id = $1 AND c.external_id = e.external_id`,
    [tenantId, workflowId, ids, contacts, enrolledAt],
  );
  await app.rows(
    `INSERT INTO workflow_pending_actions (tenant_id, id, workflow_id, enrollment_id, position, is_last, action_type, scheduled_at,
       status, created_at)
     SELECT $1, gen_random_uuid(), $2, e.id, n, n = $4, 'send_email', now() + n * interval '1 day', 'pending', now()
     FROM unnest($3::uuid[]) AS e (id), generate_series(1, $4) AS n`,
    [tenantId, workflowId, ids, actions],
  );
  await app.rows(
    `INSERT INTO workflow_daily_counters AS d (tenant_id, workflow_id, day, enrolled) VALUES ($1, $2, ($3::timestamptz AT TIME ZONE 'UTC')::date, $4)
     ON CONFLICT (tenant_id, workflow_id, day) DO UPDATE SET enrolled = d.enrolled + excluded.enrolled`,
    [tenantId, workflowId, enrolledAt, contacts.length],
  );
  return ids;
};
