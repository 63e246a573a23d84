import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own, protect } from '#migrations/row-level-security';

const LEVELS = `('low', 'medium', 'high')`;
const FOUR_LEVELS = `('low', 'medium', 'high', 'critical')`;
const ASSESSMENT_STATUSES = `('pending', 'in_progress', 'completed', 'failed')`;

const VERSIONED = `
  version integer NOT NULL CHECK (version >= 1),
  created_at timestamptz NOT NULL,
  created_by uuid,
  updated_at timestamptz NOT NULL,
  updated_by uuid`;

export class Goals1795240000010 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(GOALS);
    await db.query(WHAT_GOALS_HAVE);
    await db.query(SEARCH);
  }

  /** The role stays: other databases of the server may use it. */
  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION search_goals(uuid, text)`);
    await db.query(`DROP TABLE goal_links, goal_assessments, goal_progress, goal_tags, goals`);
  }
}

const GOALS = `
  CREATE TABLE goals (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    parent_goal_id uuid,
    path text COLLATE "C" NOT NULL CHECK (path LIKE '%' || id || '/' AND length(path) % 37 = 0),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    description text CHECK (length(description) <= 10000),
    goal_type text NOT NULL CHECK (goal_type IN ('strategic', 'operational', 'technical', 'tactical')),
    status text NOT NULL CHECK (status IN ('draft', 'active', 'on_hold', 'achieved', 'missed', 'abandoned')),
    status_reason text CHECK (length(status_reason) <= 10000),
    priority text NOT NULL CHECK (priority IN ${FOUR_LEVELS}),
    risk_level text NOT NULL CHECK (risk_level IN ${FOUR_LEVELS}),
    strategic_alignment text CHECK (strategic_alignment IN ${LEVELS}),
    business_value text CHECK (business_value IN ${LEVELS}),
    owner_id uuid,
    origin_driver_id uuid,
    stakeholder_id uuid,
    business_actor_id uuid,
    success_criteria text CHECK (length(success_criteria) <= 10000),
    key_performance_indicators text CHECK (length(key_performance_indicators) <= 10000),
    measurement_frequency text CHECK (measurement_frequency IN ('daily', 'weekly', 'monthly', 'quarterly', 'annually')),
    review_frequency text CHECK (review_frequency IN ('monthly', 'quarterly', 'annually', 'ad_hoc')),
    start_date timestamptz,
    target_date timestamptz,
    completion_date timestamptz,
    held_since timestamptz,
    held_ms bigint NOT NULL DEFAULT 0 CHECK (held_ms >= 0),
    progress_source text NOT NULL CHECK (progress_source IN ('manual', 'children', 'tasks', 'weighted_mix')),
    task_weighting text NOT NULL CHECK (task_weighting IN ('count', 'estimate')),
    weight double precision NOT NULL CHECK (weight BETWEEN 0 AND 1000),
    progress integer CHECK (progress BETWEEN 0 AND 1000000),
    progress_notes text CHECK (length(progress_notes) <= 10000),
    last_progress_update timestamptz,
    assessment_status text NOT NULL CHECK (assessment_status IN ${ASSESSMENT_STATUSES}),
    assessment_score integer CHECK (assessment_score BETWEEN 0 AND 100),
    assessment_notes text CHECK (length(assessment_notes) <= 10000),
    last_assessment_date timestamptz,
    category text CHECK (length(category) BETWEEN 1 AND 100),
    tags text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 50),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    deleted_at timestamptz,
    deletion_id uuid,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || coalesce(description, ''))) STORED,
    ${VERSIONED},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_goal_id) REFERENCES goals (tenant_id, id),
    CHECK (length(path) <= 370 OR deleted_at IS NOT NULL),
    CHECK (start_date <= target_date),
    CHECK ((status IN ('achieved', 'missed', 'abandoned')) = (completion_date IS NOT NULL)),
    CHECK ((status = 'on_hold') = (held_since IS NOT NULL)),
    CHECK ((deleted_at IS NULL) = (deletion_id IS NULL))
  );
  COMMENT ON COLUMN goals.path IS 'The ids from the root down to the goal itself, each followed by a slash: ancestors, depth and subtree without recursion.';
  COMMENT ON COLUMN goals.progress IS 'Ten-thousandths of a percent; null: nothing contributes.';
  COMMENT ON COLUMN goals.held_ms IS 'How long the goal has been on hold since its start, without the present hold.';
  CREATE INDEX goals_created ON goals (tenant_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
  CREATE INDEX goals_name ON goals (tenant_id, name, id) WHERE deleted_at IS NULL;
  CREATE INDEX goals_target ON goals (tenant_id, target_date, id) WHERE deleted_at IS NULL;
  CREATE INDEX goals_children ON goals (tenant_id, parent_goal_id) WHERE deleted_at IS NULL AND parent_goal_id IS NOT NULL;
  CREATE INDEX goals_path ON goals (tenant_id, path);
  CREATE INDEX goals_deletion ON goals (tenant_id, deletion_id) WHERE deletion_id IS NOT NULL;
  CREATE INDEX goals_search ON goals USING gin (search);
  ${protect('goals')}
  GRANT SELECT, INSERT, UPDATE ON goals TO goal_app;

  CREATE TABLE goal_tags (
    tenant_id uuid NOT NULL,
    goal_id uuid NOT NULL,
    tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 64),
    PRIMARY KEY (tenant_id, goal_id, tag),
    FOREIGN KEY (tenant_id, goal_id) REFERENCES goals (tenant_id, id) ON DELETE CASCADE
  );
  COMMENT ON TABLE goal_tags IS 'What goals.tags says, to be searched: no operator on arrays may use an index under row-level security.';
  CREATE INDEX goal_tags_tag ON goal_tags (tenant_id, tag, goal_id);
  ${protect('goal_tags')}
  GRANT SELECT, INSERT, DELETE ON goal_tags TO goal_app;
`;

const WHAT_GOALS_HAVE = `
  CREATE TABLE goal_progress (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    goal_id uuid NOT NULL,
    origin text NOT NULL CHECK (origin IN ('reported', 'rolled_up')),
    progress integer NOT NULL CHECK (progress BETWEEN 0 AND 1000000),
    notes text CHECK (length(notes) <= 10000),
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid,
    corrects uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, goal_id, id),
    UNIQUE (tenant_id, corrects),
    FOREIGN KEY (tenant_id, goal_id) REFERENCES goals (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, goal_id, corrects) REFERENCES goal_progress (tenant_id, goal_id, id) ON DELETE CASCADE
  );
  COMMENT ON COLUMN goal_progress.corrects IS 'The entry that this one supersedes.';
  CREATE INDEX goal_progress_of_goal ON goal_progress (tenant_id, goal_id, effective_at DESC, recorded_at DESC, id DESC);
  ${protect('goal_progress')}
  GRANT SELECT, INSERT ON goal_progress TO goal_app;

  CREATE TABLE goal_assessments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    goal_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ${ASSESSMENT_STATUSES}),
    score integer CHECK (score BETWEEN 0 AND 100),
    notes text CHECK (length(notes) <= 10000),
    assessor_id uuid,
    assessed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, goal_id) REFERENCES goals (tenant_id, id) ON DELETE CASCADE,
    CHECK (status <> 'completed' OR score IS NOT NULL)
  );
  CREATE INDEX goal_assessments_of_goal ON goal_assessments (tenant_id, goal_id, assessed_at DESC, id DESC);
  ${protect('goal_assessments')}
  GRANT SELECT, INSERT ON goal_assessments TO goal_app;

  CREATE TABLE goal_links (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    goal_id uuid NOT NULL,
    linked_element_id uuid NOT NULL,
    linked_element_type text NOT NULL CHECK (length(linked_element_type) BETWEEN 1 AND 100),
    linked_element_name text CHECK (length(linked_element_name) BETWEEN 1 AND 255),
    link_type text NOT NULL CHECK (link_type IN ('realizes', 'supports', 'enables', 'governs', 'influences')),
    direction text NOT NULL CHECK (direction IN ('element_to_goal', 'goal_to_element')),
    relationship_strength text NOT NULL CHECK (relationship_strength IN ('strong', 'medium', 'weak')),
    contribution_level text NOT NULL CHECK (contribution_level IN ${LEVELS}),
    polarity text NOT NULL CHECK (polarity IN ('positive', 'negative', 'neutral')),
    ${VERSIONED},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, goal_id, linked_element_id, link_type, direction),
    FOREIGN KEY (tenant_id, goal_id) REFERENCES goals (tenant_id, id) ON DELETE CASCADE
  );
  CREATE INDEX goal_links_of_element ON goal_links (tenant_id, linked_element_id, linked_element_type);
  ${protect('goal_links')}
  GRANT SELECT, INSERT, UPDATE, DELETE ON goal_links TO goal_app;
`;

const SEARCH = `
  DO $$ BEGIN CREATE ROLE goal_search NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
  GRANT USAGE ON SCHEMA public TO goal_search;
  DO $$ BEGIN EXECUTE format('GRANT goal_search TO %I', current_user);
  EXCEPTION WHEN unique_violation OR SQLSTATE 'XX000' THEN NULL; END $$;
  CREATE POLICY search ON goals TO goal_search USING (true);
  GRANT SELECT ON goals TO goal_search;

  -- The goals of a tenant whose name or description has the words; the index on words cannot be used under row-level security.
  CREATE FUNCTION search_goals(tenant uuid, words text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM goals WHERE tenant_id = tenant AND search @@ websearch_to_tsquery('simple', words);
  $$;
  ${own('goal_search', 'search_goals(uuid, text)')}
`;
