import type { MigrationInterface, QueryRunner } from 'typeorm';
import { build } from '#migrations/concurrently';

/**
 * Removing a row asks every table that may point to it, deleted rows too: without an index for the question each row that goes
 * costs one reading of the whole table.
 */
export class KeysOfWhatIsRemoved1795240000030 implements MigrationInterface {
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    await build(db, 'goals_of_parent', 'goals (tenant_id, parent_goal_id) WHERE parent_goal_id IS NOT NULL');
    await db.query('DROP INDEX CONCURRENTLY IF EXISTS goals_children');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE INDEX goals_children ON goals (tenant_id, parent_goal_id) WHERE deleted_at IS NULL AND parent_goal_id IS NOT NULL;
      DROP INDEX goals_of_parent;
    `);
  }
}
