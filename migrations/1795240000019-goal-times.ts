import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

/**
 * How long enrollments took to their goal, counted by the decision in tenths of an hour, which is what is shown: a median over
 * millions is read from some hundred rows, and outlives the enrollments (ADR 0062).
 */
export class GoalTimes1795240000019 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE workflow_goal_times (
        tenant_id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        tenths_of_hours integer NOT NULL CHECK (tenths_of_hours >= 0),
        enrollments bigint NOT NULL,
        PRIMARY KEY (tenant_id, workflow_id, tenths_of_hours),
        FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
      );
      -- Nobody sees the rows of all tenants but for this one statement.
      ALTER TABLE workflow_enrollments NO FORCE ROW LEVEL SECURITY;
      INSERT INTO workflow_goal_times (tenant_id, workflow_id, tenths_of_hours, enrollments)
        SELECT tenant_id, workflow_id, floor(time_to_goal_ms / 360000.0 + 0.5), count(*) FROM workflow_enrollments
        WHERE status = 'completed_goal' GROUP BY 1, 2, 3;
      ALTER TABLE workflow_enrollments FORCE ROW LEVEL SECURITY;
      ${protect('workflow_goal_times')}
      GRANT SELECT, INSERT, UPDATE ON workflow_goal_times TO goal_app;
      DROP INDEX enrollments_time_to_goal;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE workflow_goal_times;
      CREATE INDEX enrollments_time_to_goal ON workflow_enrollments (tenant_id, workflow_id, time_to_goal_ms)
        WHERE status = 'completed_goal';
    `);
  }
}
