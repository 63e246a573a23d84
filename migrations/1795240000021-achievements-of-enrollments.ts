import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An achievement's contact is its enrollment's, written from there by the statement that makes it: one key says so. */
export class AchievementsOfEnrollments1795240000021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'ALTER TABLE workflow_goal_achievements DROP CONSTRAINT workflow_goal_achievements_tenant_id_contact_id_fkey',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'ALTER TABLE workflow_goal_achievements ADD FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)',
    );
  }
}
