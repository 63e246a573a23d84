import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GoalsVersions1795240000022 } from '#migrations/1795240000022-goals-versions';
import { own } from '#migrations/row-level-security';

/** Every batch of events asks what has changed since its process last looked, instead of asking for each tenant (ADR 0073). */
export class GoalsChangedIn1795240000027 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE tenants ADD COLUMN goals_changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
      COMMENT ON COLUMN tenants.goals_changed_in IS
        'The transaction that last changed workflow goals, goal logic or a workflow status, or made the tenant: tells an index of active goals that it is stale.';
      CREATE INDEX tenants_goals_changed_in ON tenants (goals_changed_in);
      DROP FUNCTION jobs_goals_versions();
      ALTER TABLE tenants DROP COLUMN goals_version;

      -- The tenants whose goals were changed by a transaction from since on, 0: all there are; at least one row, with no tenant if
      -- there is none. The next look is from settled on: what came before was over by now, and is seen. That holds for this server
      -- only, until it starts again. Transactions above what it has given out are those of a server this database was copied from.
      -- As the jobs, who see tenants already.
      CREATE FUNCTION jobs_goals_changed(since bigint)
      RETURNS TABLE (server text, settled bigint, id uuid, changed_in bigint)
      LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
      DECLARE
        seen pg_snapshot := pg_current_snapshot();
        first xid8 := since::text::xid8;
        beyond xid8 := CASE since WHEN 0 THEN '18446744073709551615' ELSE pg_snapshot_xmax(seen) END;
      BEGIN
        RETURN QUERY SELECT extract(epoch FROM pg_postmaster_start_time())::text, pg_snapshot_xmin(seen)::text::bigint, t.id, t.goals_changed_in::text::bigint
        FROM (SELECT) AS always LEFT JOIN tenants t ON t.goals_changed_in >= first AND t.goals_changed_in < beyond;
      END $$;
      ${own('goal_jobs', 'jobs_goals_changed(bigint)')}
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION jobs_goals_changed(bigint);
      ALTER TABLE tenants ADD COLUMN goals_version bigint NOT NULL DEFAULT 0;
      COMMENT ON COLUMN tenants.goals_version IS
        'Raised by every change of workflow goals, goal logic or workflow status, in its own transaction: tells an index of active goals that it is stale.';
      ALTER TABLE tenants DROP COLUMN goals_changed_in;
    `);
    await new GoalsVersions1795240000022().up(db);
  }
}
