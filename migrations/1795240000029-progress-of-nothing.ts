import type { MigrationInterface, QueryRunner } from 'typeorm';
import { unforced } from '#migrations/row-level-security';

const TABLES = ['goals', 'goal_progress'];

/**
 * That nothing contributes to a goal any more is part of its history, too (ADR 0077). Of goals of which that holds already it is
 * entered as of when it came about, which they know.
 */
export class ProgressOfNothing1795240000029 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE goal_progress ALTER COLUMN progress DROP NOT NULL;
      ALTER TABLE goal_progress ADD CONSTRAINT goal_progress_of_nothing CHECK (progress IS NOT NULL OR origin = 'rolled_up');
      COMMENT ON COLUMN goal_progress.progress IS 'Ten-thousandths of a percent; null: nothing contributed any more.';
      ${unforced(
        TABLES,
        `
        INSERT INTO goal_progress (tenant_id, id, goal_id, origin, progress, effective_at, recorded_at)
        SELECT tenant_id, gen_random_uuid(), id, 'rolled_up', NULL, last_progress_update, last_progress_update FROM goals
        WHERE progress IS NULL AND last_progress_update IS NOT NULL`,
      )}
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ${unforced(TABLES, 'DELETE FROM goal_progress WHERE progress IS NULL')}
      COMMENT ON COLUMN goal_progress.progress IS NULL;
      ALTER TABLE goal_progress DROP CONSTRAINT goal_progress_of_nothing;
      ALTER TABLE goal_progress ALTER COLUMN progress SET NOT NULL;
    `);
  }
}
