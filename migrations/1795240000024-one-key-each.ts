import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An exit wrote into every key of its enrollment and its achievement; each keeps the one that something depends on. Of which
 * workflow an achievement is, is read from its enrollment by the statement that makes it, and its goal's key says the same.
 */
export class OneKeyEach1795240000024 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE workflow_goal_achievements
        DROP CONSTRAINT workflow_goal_achievements_tenant_id_workflow_id_enrollmen_fkey,
        DROP CONSTRAINT workflow_goal_achievements_pkey,
        DROP CONSTRAINT workflow_goal_achievements_tenant_id_enrollment_id_workflow_key,
        ADD PRIMARY KEY (tenant_id, enrollment_id, workflow_goal_id),
        ADD FOREIGN KEY (tenant_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, id);
      ALTER TABLE workflow_pending_actions
        DROP CONSTRAINT workflow_pending_actions_tenant_id_workflow_id_enrollment__fkey,
        ADD FOREIGN KEY (tenant_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, id);
      ALTER TABLE workflow_enrollments DROP CONSTRAINT workflow_enrollments_tenant_id_workflow_id_id_key;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE workflow_enrollments ADD UNIQUE (tenant_id, workflow_id, id);
      ALTER TABLE workflow_pending_actions
        DROP CONSTRAINT workflow_pending_actions_tenant_id_enrollment_id_fkey,
        ADD FOREIGN KEY (tenant_id, workflow_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, workflow_id, id);
      ALTER TABLE workflow_goal_achievements
        DROP CONSTRAINT workflow_goal_achievements_tenant_id_enrollment_id_fkey,
        DROP CONSTRAINT workflow_goal_achievements_pkey,
        ADD PRIMARY KEY (tenant_id, id),
        ADD UNIQUE (tenant_id, enrollment_id, workflow_goal_id),
        ADD FOREIGN KEY (tenant_id, workflow_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, workflow_id, id);
    `);
  }
}
