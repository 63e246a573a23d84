import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/**
 * What is removed in the course of time (SPEC 7), some hundred rows a transaction: each function takes a time and a number, and
 * answers how many it has removed. Rows that somebody holds are left for the next time, so nobody waits for it.
 */
export class Retention1795240000018 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(RIGHTS);
    await db.query(FIRST_ID);
    await db.query(ENROLLMENTS);
    for (const [name, statement] of Object.entries(DELETED)) await db.query(purge(name, statement));
    await db.query(purge('sessions', expired('sessions')));
    await db.query(purge('invitations', expired('invitations')));
  }

  async down(db: QueryRunner): Promise<void> {
    const names = ['enrollments', ...Object.keys(DELETED), 'sessions', 'invitations'];
    await db.query(`
      DROP FUNCTION ${names.map((name) => `jobs_purge_${name}(timestamptz, integer)`).join(', ')}, jobs_first_id(timestamptz);
      DROP INDEX goals_deleted, tasks_deleted, workflows_deleted, workflow_goals_deleted, sessions_expiry, invitations_expiry;
      ${SEEN.map((table) => `DROP POLICY jobs ON ${table};`).join('\n')}
      REVOKE ALL ON ${SEEN.join(', ')} FROM goal_jobs;
      REVOKE DELETE ON ${PURGED.join(', ')} FROM goal_jobs;
      REVOKE UPDATE ON ${HELD.join(', ')} FROM goal_jobs;
    `);
  }
}

/** Tables that the role of the jobs did not see before. */
const SEEN = ['goals', 'tasks', 'workflow_goal_achievements', 'workflow_daily_counters', 'sessions', 'invitations'];
/** Of those that it saw, what it may now delete from, and lock. */
const PURGED = ['workflows', 'workflow_goals', 'workflow_enrollments', 'workflow_pending_actions'];
const HELD = ['workflows', 'workflow_goals', 'workflow_enrollments'];

const RIGHTS = `
  ${SEEN.map((table) => `CREATE POLICY jobs ON ${table} TO goal_jobs USING (true);`).join('\n')}
  GRANT SELECT, DELETE ON goals, tasks, workflow_goal_achievements, workflow_daily_counters, sessions, invitations TO goal_jobs;
  GRANT DELETE ON ${PURGED.join(', ')} TO goal_jobs;
  -- A row lock asks for the right to update; nothing here does.
  GRANT UPDATE ON ${HELD.join(', ')}, goals, tasks, sessions, invitations TO goal_jobs;
  CREATE INDEX goals_deleted ON goals (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX tasks_deleted ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX workflows_deleted ON workflows (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX workflow_goals_deleted ON workflow_goals (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX sessions_expiry ON sessions (expires_at);
  CREATE INDEX invitations_expiry ON invitations (expires_at);
`;

const FIRST_ID = `
  -- The smallest id that can have been made at that time: ids begin with their milliseconds (UUIDv7).
  CREATE FUNCTION jobs_first_id(at timestamptz) RETURNS uuid
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;
  $$;
`;

/** `steps`: common table expressions, the last of which, `gone`, has a row for each that is removed. */
export const purge = (name: string, steps: string): string => `
  CREATE FUNCTION jobs_purge_${name}(before timestamptz, most integer) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH ${steps}
    SELECT count(*)::integer FROM gone;
  $$;
  ${own('goal_jobs', `jobs_purge_${name}(timestamptz, integer)`)}`;

/**
 * Enrollments that ended before a time, with their actions and achievements. One that ended then began before: tenant by tenant the
 * oldest ids are looked through, and no index has to be kept for this on rows that are written all the time.
 */
const ENROLLMENTS = purge(
  'enrollments',
  `old AS MATERIALIZED (
     SELECT o.tenant_id, o.id FROM tenants t, LATERAL (
       SELECT e.tenant_id, e.id FROM workflow_enrollments e
       WHERE e.tenant_id = t.id AND e.id < jobs_first_id(before) AND e.exited_at < before
       ORDER BY e.id LIMIT most FOR UPDATE SKIP LOCKED) o
     LIMIT most
   ), achieved AS (
     DELETE FROM workflow_goal_achievements a USING old WHERE a.tenant_id = old.tenant_id AND a.enrollment_id = old.id
   ), acted AS (
     DELETE FROM workflow_pending_actions a USING old WHERE a.tenant_id = old.tenant_id AND a.enrollment_id = old.id
   ), gone AS (
     DELETE FROM workflow_enrollments e USING old WHERE e.tenant_id = old.tenant_id AND e.id = old.id RETURNING 1
   )`,
);

/** Deletes what was deleted before a time and what nothing points to any more: leaves first, so a tree takes a few rounds. */
export const deleted = (table: string, stays: string, first = ''): string =>
  `old AS MATERIALIZED (
     SELECT d.tenant_id, d.id FROM ${table} d WHERE d.deleted_at < before AND NOT EXISTS (${stays})
     ORDER BY d.deleted_at LIMIT most FOR UPDATE OF d SKIP LOCKED
   )${first}, gone AS (
     DELETE FROM ${table} d USING old WHERE d.tenant_id = old.tenant_id AND d.id = old.id RETURNING 1
   )`;

export const DELETED: Readonly<Record<string, string>> = {
  tasks: deleted('tasks', 'SELECT FROM tasks s WHERE s.tenant_id = d.tenant_id AND s.parent_task_id = d.id'),
  goals: deleted(
    'goals',
    `SELECT FROM goals s WHERE s.tenant_id = d.tenant_id AND s.parent_goal_id = d.id
     UNION ALL SELECT FROM tasks s WHERE s.tenant_id = d.tenant_id AND s.goal_id = d.id`,
  ),
  workflow_goals: deleted(
    'workflow_goals',
    `SELECT FROM workflow_goal_achievements s
     WHERE s.tenant_id = d.tenant_id AND s.workflow_id = d.workflow_id AND s.workflow_goal_id = d.id`,
  ),
  workflows: deleted(
    'workflows',
    'SELECT FROM workflow_enrollments s WHERE s.tenant_id = d.tenant_id AND s.workflow_id = d.id',
    `, aims AS (
       DELETE FROM workflow_goals g USING old WHERE g.tenant_id = old.tenant_id AND g.workflow_id = old.id
     ), figures AS (
       DELETE FROM workflow_daily_counters c USING old WHERE c.tenant_id = old.tenant_id AND c.workflow_id = old.id
     )`,
  ),
};

const expired = (table: string): string =>
  `old AS MATERIALIZED (
     SELECT tenant_id, id FROM ${table} WHERE expires_at < before ORDER BY expires_at LIMIT most FOR UPDATE SKIP LOCKED
   ), gone AS (
     DELETE FROM ${table} d USING old WHERE d.tenant_id = old.tenant_id AND d.id = old.id RETURNING 1
   )`;
