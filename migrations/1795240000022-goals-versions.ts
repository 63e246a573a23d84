import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/**
 * Every batch of events asks for the versions of all its tenants. Row-level security would look for each of a thousand in a list of
 * a thousand; here the list itself is what is looked up (ADR 0068).
 */
export class GoalsVersions1795240000022 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Of the transaction's tenants, those that exist, each with the version of what its active goals ask for. As the jobs, who see
      -- tenants already.
      CREATE FUNCTION jobs_goals_versions() RETURNS TABLE (id uuid, goals_version bigint)
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT t.id, t.goals_version
        FROM unnest(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]) AS own (id),
        LATERAL (SELECT id, goals_version FROM tenants WHERE id = own.id OFFSET 0) t;
      $$;
      ${own('goal_jobs', 'jobs_goals_versions()')}
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION jobs_goals_versions()');
  }
}
