import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

const VERSIONED = `
  version integer NOT NULL CHECK (version >= 1),
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  updated_by uuid`;

export class Workflows1795240000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE workflows (
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        id uuid NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 3 AND 100),
        description text CHECK (length(description) <= 10000),
        status text NOT NULL CHECK (status IN ('draft', 'active', 'paused')),
        goal_logic text NOT NULL CHECK (goal_logic IN ('any', 'all')),
        steps jsonb NOT NULL CHECK (jsonb_typeof(steps) = 'array'),
        first_activated_at timestamptz,
        deleted_at timestamptz,
        ${VERSIONED},
        PRIMARY KEY (tenant_id, id)
      );
      CREATE UNIQUE INDEX workflows_name ON workflows (tenant_id, lower(name)) WHERE deleted_at IS NULL;
      CREATE INDEX workflows_created ON workflows (tenant_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
      ${protect('workflows')}
      GRANT SELECT, INSERT, UPDATE ON workflows TO goal_app;

      CREATE TABLE workflow_goals (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        workflow_id uuid NOT NULL,
        goal_type text NOT NULL CHECK (goal_type IN
          ('tag_added', 'purchase_made', 'appointment_booked', 'form_submitted', 'pipeline_stage_reached')),
        criteria jsonb NOT NULL CHECK (jsonb_typeof(criteria) = 'object'),
        criteria_key text NOT NULL,
        is_active boolean NOT NULL,
        active_since timestamptz,
        window_hours integer CHECK (window_hours BETWEEN 1 AND 8760),
        position integer NOT NULL CHECK (position >= 1),
        deleted_at timestamptz,
        ${VERSIONED},
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, workflow_id, id),
        FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id)
      );
      COMMENT ON COLUMN workflow_goals.criteria_key IS
        'The criteria in their one canonical spelling; hashed in the unique index because three long texts pass the size of an index row.';
      CREATE UNIQUE INDEX workflow_goals_criteria ON workflow_goals (tenant_id, workflow_id, goal_type, md5(criteria_key))
        WHERE deleted_at IS NULL;
      ${protect('workflow_goals')}
      GRANT SELECT, INSERT, UPDATE ON workflow_goals TO goal_app;

      CREATE TABLE catalog_entries (
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        kind text NOT NULL CHECK (kind IN
          ('tags', 'forms', 'calendars', 'services', 'products', 'pipelines', 'stages')),
        external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
        name text,
        pipeline_id text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, kind, external_id),
        CHECK ((kind = 'stages') = (pipeline_id IS NOT NULL))
      );
      ${protect('catalog_entries')}
      GRANT SELECT, INSERT, UPDATE, DELETE ON catalog_entries TO goal_app;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE catalog_entries, workflow_goals, workflows`);
  }
}
