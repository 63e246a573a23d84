import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

export class Enrollments1795240000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE contacts (
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        id uuid NOT NULL,
        external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
        attributes jsonb NOT NULL DEFAULT '{}',
        opted_out boolean NOT NULL DEFAULT false,
        erased_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, external_id),
        CHECK ((external_id IS NULL) = (erased_at IS NOT NULL))
      );
      ${protect('contacts')}
      GRANT SELECT, INSERT, UPDATE ON contacts TO goal_app;

      CREATE TABLE workflow_enrollments (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        contact_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'completed', 'completed_goal', 'exited', 'failed')),
        enrolled_at timestamptz NOT NULL,
        exited_at timestamptz,
        exit_reason text,
        time_to_goal_ms bigint,
        created_at timestamptz NOT NULL,
        created_by uuid,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, workflow_id, id),
        FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id),
        FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
        CHECK ((status = 'active') = (exited_at IS NULL)),
        CHECK ((status = 'completed_goal') = (time_to_goal_ms IS NOT NULL))
      );
      CREATE UNIQUE INDEX enrollments_one_open ON workflow_enrollments (tenant_id, contact_id, workflow_id) WHERE status = 'active';
      CREATE INDEX enrollments_of_workflow ON workflow_enrollments (tenant_id, workflow_id, enrolled_at DESC, id DESC);
      CREATE INDEX enrollments_of_contact ON workflow_enrollments (tenant_id, contact_id);
      CREATE INDEX enrollments_time_to_goal ON workflow_enrollments (tenant_id, workflow_id, time_to_goal_ms)
        WHERE status = 'completed_goal';
      ${protect('workflow_enrollments')}
      GRANT SELECT, INSERT, UPDATE ON workflow_enrollments TO goal_app;

      CREATE TABLE workflow_pending_actions (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        enrollment_id uuid NOT NULL,
        position integer NOT NULL CHECK (position >= 1),
        is_last boolean NOT NULL,
        action_type text NOT NULL CHECK (action_type IN ('send_email', 'send_sms', 'add_tag', 'webhook', 'custom', 'wait')),
        config jsonb NOT NULL DEFAULT '{}',
        scheduled_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'claimed', 'completed', 'failed', 'cancelled')),
        token uuid,
        claimed_by uuid,
        lease_expires_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        error text,
        finished_at timestamptz,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, enrollment_id, position),
        FOREIGN KEY (tenant_id, workflow_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, workflow_id, id),
        CHECK (status <> 'claimed' OR (token IS NOT NULL AND lease_expires_at IS NOT NULL)),
        CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
      );
      CREATE INDEX pending_actions_due ON workflow_pending_actions (tenant_id, scheduled_at, id)
        WHERE status = 'pending' AND action_type <> 'wait';
      CREATE INDEX pending_actions_leased ON workflow_pending_actions (tenant_id, lease_expires_at) WHERE status = 'claimed';
      CREATE INDEX pending_actions_last_waits ON workflow_pending_actions (scheduled_at)
        WHERE status = 'pending' AND action_type = 'wait' AND is_last;
      ${protect('workflow_pending_actions')}
      GRANT SELECT, INSERT, UPDATE ON workflow_pending_actions TO goal_app;

      CREATE TABLE workflow_goal_achievements (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        enrollment_id uuid NOT NULL,
        contact_id uuid NOT NULL,
        workflow_goal_id uuid NOT NULL,
        goal_type text NOT NULL,
        achieved_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        event_id text NOT NULL,
        trigger_event jsonb NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, enrollment_id, workflow_goal_id),
        FOREIGN KEY (tenant_id, workflow_id, enrollment_id) REFERENCES workflow_enrollments (tenant_id, workflow_id, id),
        FOREIGN KEY (tenant_id, workflow_id, workflow_goal_id) REFERENCES workflow_goals (tenant_id, workflow_id, id),
        FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
      );
      -- Without the tenant: on an empty table every index that has it would do for it (ADR 0030).
      CREATE INDEX achievements_of_workflow ON workflow_goal_achievements (workflow_id, achieved_at DESC, id DESC);
      CREATE INDEX achievements_of_contact ON workflow_goal_achievements (contact_id, achieved_at DESC, id DESC);
      CREATE INDEX achievements_of_event ON workflow_goal_achievements (event_id);
      ${protect('workflow_goal_achievements')}
      GRANT SELECT, INSERT, UPDATE ON workflow_goal_achievements TO goal_app;

      CREATE TABLE workflow_daily_counters (
        tenant_id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        day date NOT NULL,
        counter text NOT NULL CHECK (counter IN ('enrolled', 'ended', 'goals_achieved', 'time_to_goal_ms',
          'tag_added', 'purchase_made', 'appointment_booked', 'form_submitted', 'pipeline_stage_reached')),
        value bigint NOT NULL,
        PRIMARY KEY (tenant_id, workflow_id, day, counter),
        FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id)
      );
      ${protect('workflow_daily_counters')}
      GRANT SELECT, INSERT, UPDATE ON workflow_daily_counters TO goal_app;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE workflow_daily_counters, workflow_goal_achievements, workflow_pending_actions, workflow_enrollments, contacts
    `);
  }
}
