import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own, protect } from '#migrations/row-level-security';

export class Sync1795240000013 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(SYNC_RUNS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION jobs_running_syncs(integer)`);
    await db.query(`DROP TABLE sync_runs`);
  }
}

const SYNC_RUNS = `
  CREATE TABLE sync_runs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'completed')),
    created_at timestamptz NOT NULL,
    created_by uuid,
    finished_at timestamptz,
    kind text NOT NULL CHECK (kind IN ('goal', 'task', 'workflow')),
    after_id uuid NOT NULL,
    totals jsonb NOT NULL,
    published jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK ((status = 'completed') = (finished_at IS NOT NULL))
  );
  COMMENT ON TABLE sync_runs IS 'Where the publishing of a tenant''s present state stands: kind and after_id say what was published last.';
  CREATE UNIQUE INDEX sync_runs_running ON sync_runs (tenant_id) WHERE status = 'running';
  ${protect('sync_runs')}
  GRANT SELECT, INSERT, UPDATE ON sync_runs TO goal_app;

  CREATE POLICY jobs ON sync_runs TO goal_jobs USING (true);
  GRANT SELECT ON sync_runs TO goal_jobs;

  CREATE FUNCTION jobs_running_syncs(most integer) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.tenant_id, r.id FROM sync_runs r WHERE r.status = 'running' ORDER BY r.tenant_id LIMIT most;
  $$;
  ${own('goal_jobs', 'jobs_running_syncs(integer)')}
`;
