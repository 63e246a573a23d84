import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';
import { deleted, DELETED, purge } from '#migrations/1795240000018-retention';

/** All that is removed in the course of time goes some hundred rows a transaction, and each row is looked up by itself. */
export class AFewAtATime1795240000032 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION jobs_purge_idempotency_keys(timestamptz)');
    await db.query(purge('idempotency_keys', IDEMPOTENCY_KEYS));
    await redefine(db, LOOKED_UP);
    await db.query(RIGHTS);
    for (const [name, statement] of Object.entries(MADE)) await db.query(purge(name, statement));
  }

  async down(db: QueryRunner): Promise<void> {
    const names = ['idempotency_keys', ...Object.keys(MADE)];
    await db.query(`
      DROP FUNCTION ${names.map((name) => `jobs_purge_${name}(timestamptz, integer)`).join(', ')};
      DROP POLICY jobs ON notifications;
      REVOKE ALL ON notifications FROM goal_jobs;
      REVOKE DELETE ON notification_deliveries FROM goal_jobs;
      REVOKE DELETE, UPDATE ON sync_runs FROM goal_jobs;
    `);
    await redefine(db, Object.fromEntries(Object.keys(LOOKED_UP).map((name) => [name, DELETED[name] ?? ''])));
    await db.query(ALL_AT_ONCE);
  }
}

const redefine = async (db: QueryRunner, statements: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, statement] of Object.entries(statements)) {
    await db.query(`DROP FUNCTION jobs_purge_${name}(timestamptz, integer)`);
    await db.query(purge(name, statement));
  }
};

const IDEMPOTENCY_KEYS = `
  gone AS (
    DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT k.ctid FROM idempotency_keys k WHERE k.created_at < before ORDER BY k.created_at LIMIT most)) RETURNING 1
  )`;

/**
 * A row of `table` that points to `d`, if there is one. Asked for the nearest, which only an index answers: where few are pointed to
 * by many, any row seems to do, and where none does the whole table would be read (ADR 0030).
 */
const pointing = (table: string, column: string): string =>
  `SELECT FROM (
     SELECT s.${column} AS id FROM ${table} s WHERE s.tenant_id = d.tenant_id AND s.${column} >= d.id
     ORDER BY s.${column} LIMIT 1) AS nearest WHERE nearest.id = d.id`;

const LOOKED_UP = {
  tasks: deleted('tasks', pointing('tasks', 'parent_task_id')),
  goals: deleted('goals', `${pointing('goals', 'parent_goal_id')} UNION ALL ${pointing('tasks', 'goal_id')}`),
};

const RIGHTS = `
  CREATE POLICY jobs ON notifications TO goal_jobs USING (true);
  -- A row lock asks for the right to update; nothing here does.
  GRANT SELECT, UPDATE, DELETE ON notifications TO goal_jobs;
  GRANT DELETE ON notification_deliveries TO goal_jobs;
  GRANT UPDATE, DELETE ON sync_runs TO goal_jobs;
`;

/** Rows whose id says when they were made: tenant by tenant the oldest are looked through, and no index is kept for it. */
const made = (table: string, id: string, over: string): string =>
  `old AS MATERIALIZED (
     SELECT o.tenant_id, o.id FROM tenants t, LATERAL (
       SELECT r.tenant_id, r.${id} AS id FROM ${table} r
       WHERE r.tenant_id = t.id AND r.${id} < jobs_first_id(before) AND ${over}
       ORDER BY r.${id} LIMIT most FOR UPDATE SKIP LOCKED) o
     LIMIT most
   ), gone AS (
     DELETE FROM ${table} d USING old WHERE d.tenant_id = old.tenant_id AND d.${id} = old.id RETURNING 1
   )`;

const MADE = {
  notification_deliveries: made('notification_deliveries', 'notification_id', `r.state <> 'pending'`),
  notifications: made('notifications', 'id', 'r.created_at < before'),
  sync_runs: made('sync_runs', 'id', 'r.finished_at < before'),
};

/** As it was, for the way back. */
const ALL_AT_ONCE = `
  CREATE FUNCTION jobs_purge_idempotency_keys(before timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM idempotency_keys WHERE created_at < before;
  $$;
  ${own('goal_jobs', 'jobs_purge_idempotency_keys(timestamptz)')}
`;
