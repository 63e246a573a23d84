import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own, protect } from '#migrations/row-level-security';

export class Tasks1795240000011 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(TASKS);
    await db.query(WHAT_TASKS_HAVE);
    await db.query(SEARCH);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION search_tasks(uuid, text)`);
    await db.query(`DROP TABLE task_dependencies, task_tags, tasks`);
  }
}

const TASKS = `
  CREATE TABLE tasks (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    goal_id uuid,
    parent_task_id uuid,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
    description text CHECK (length(description) <= 10000),
    status text NOT NULL CHECK (status IN ('todo', 'in_progress', 'blocked', 'completed', 'cancelled')),
    priority text NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    owner_id uuid,
    assigned_to uuid,
    blocked_reason text CHECK (length(blocked_reason) <= 10000),
    percent_complete integer NOT NULL CHECK (percent_complete BETWEEN 0 AND 100),
    due_date timestamptz,
    estimated_hours double precision CHECK (estimated_hours BETWEEN 0 AND 100000),
    actual_hours double precision CHECK (actual_hours BETWEEN 0 AND 100000),
    completed_at timestamptz,
    tags text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 50),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    deleted_at timestamptz,
    deletion_id uuid,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || coalesce(description, ''))) STORED,
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, goal_id) REFERENCES goals (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_task_id) REFERENCES tasks (tenant_id, id),
    CHECK (parent_task_id <> id),
    CHECK ((status = 'blocked') = (blocked_reason IS NOT NULL)),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    CHECK ((deleted_at IS NULL) = (deletion_id IS NULL))
  );
  COMMENT ON COLUMN tasks.status IS 'blocked is said by hand; being held up by another task is derived from task_dependencies.';
  COMMENT ON COLUMN tasks.deletion_id IS 'Shared by all that one deletion, also of a goal, took: what a restore brings back.';
  CREATE INDEX tasks_created ON tasks (tenant_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
  CREATE INDEX tasks_title ON tasks (tenant_id, title, id) WHERE deleted_at IS NULL;
  CREATE INDEX tasks_due ON tasks (tenant_id, due_date, id) WHERE deleted_at IS NULL;
  CREATE INDEX tasks_of_goal ON tasks (tenant_id, goal_id, created_at DESC, id DESC) WHERE goal_id IS NOT NULL;
  CREATE INDEX tasks_assigned ON tasks (tenant_id, assigned_to, created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND assigned_to IS NOT NULL;
  CREATE INDEX tasks_subtasks ON tasks (tenant_id, parent_task_id) WHERE parent_task_id IS NOT NULL;
  CREATE INDEX tasks_deletion ON tasks (tenant_id, deletion_id) WHERE deletion_id IS NOT NULL;
  CREATE INDEX tasks_search ON tasks USING gin (search);
  ${protect('tasks')}
  GRANT SELECT, INSERT, UPDATE ON tasks TO goal_app;
`;

const WHAT_TASKS_HAVE = `
  CREATE TABLE task_tags (
    tenant_id uuid NOT NULL,
    task_id uuid NOT NULL,
    tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 64),
    PRIMARY KEY (tenant_id, task_id, tag),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
  );
  COMMENT ON TABLE task_tags IS 'What tasks.tags says, to be searched: no operator on arrays may use an index under row-level security.';
  CREATE INDEX task_tags_tag ON task_tags (tenant_id, tag, task_id);
  ${protect('task_tags')}
  GRANT SELECT, INSERT, DELETE ON task_tags TO goal_app;

  CREATE TABLE task_dependencies (
    tenant_id uuid NOT NULL,
    task_id uuid NOT NULL,
    depends_on_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (tenant_id, task_id, depends_on_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, depends_on_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE,
    CHECK (task_id <> depends_on_id)
  );
  COMMENT ON TABLE task_dependencies IS 'Finish to start: task_id starts when depends_on_id is completed, cancelled or deleted.';
  CREATE INDEX task_dependencies_successors ON task_dependencies (tenant_id, depends_on_id, task_id);
  ${protect('task_dependencies')}
  GRANT SELECT, INSERT, DELETE ON task_dependencies TO goal_app;
`;

const SEARCH = `
  CREATE POLICY search ON tasks TO goal_search USING (true);
  GRANT SELECT ON tasks TO goal_search;

  -- The tasks of a tenant whose title or description has the words; the index on words cannot be used under row-level security.
  CREATE FUNCTION search_tasks(tenant uuid, words text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM tasks WHERE tenant_id = tenant AND search @@ websearch_to_tsquery('simple', words);
  $$;
  ${own('goal_search', 'search_tasks(uuid, text)')}
`;
