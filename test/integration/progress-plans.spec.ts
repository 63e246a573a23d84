import { Client } from 'pg';
import { CHILDREN, CURRENT, HOLD_PATHS } from '#adapters/goals/persistence/sql-progress-store';
import { READY_AFTER } from '#adapters/tasks/persistence/ready-tasks';
import { TASKS_OF } from '#adapters/tasks/persistence/sql-goal-contributors';
import { freshDatabase, type TestDatabase } from '../support/database';

const TENANT = '0190a000-0000-7000-8000-000000000001';
const OTHER = '0190a000-0000-7000-8000-000000000002';

/** Trees of 111 goals in three levels, with three entries on every leaf: 49,950 goals of one tenant. */
const FILL = `
  WITH tree AS (SELECT gen_random_uuid() AS root FROM generate_series(1, 450)),
  mid AS (SELECT root, gen_random_uuid() AS mid FROM tree, generate_series(1, 10)),
  leaf AS (SELECT root, mid, gen_random_uuid() AS leaf FROM mid, generate_series(1, 10)),
  goal AS (
    SELECT root AS id, NULL::uuid AS parent, root || '/' AS path FROM tree
    UNION ALL SELECT mid, root, root || '/' || mid || '/' FROM mid
    UNION ALL SELECT leaf, mid, root || '/' || mid || '/' || leaf || '/' FROM leaf
  )
  INSERT INTO goals (tenant_id, id, parent_goal_id, path, name, goal_type, status, priority, risk_level, progress_source,
    task_weighting, weight, progress, assessment_status, version, created_at, updated_at)
  SELECT $1, id, parent, path, 'goal', 'strategic', 'active', 'medium', 'medium',
    CASE WHEN length(path) = 111 THEN 'manual' ELSE 'children' END, 'count', 1, 0, 'pending', 1, now(), now() FROM goal`;

const ENTRIES = `
  INSERT INTO goal_progress (tenant_id, id, goal_id, origin, progress, effective_at, recorded_at)
  SELECT tenant_id, gen_random_uuid(), id, 'reported', 5, now(), now() FROM goals, generate_series(1, 3)
  WHERE tenant_id = $1 AND length(path) = 111`;

/** Four tasks for each goal, of which each waits for the one before it and every fourth is part of another. */
const TASKS = `
  WITH task AS (SELECT gen_random_uuid() AS id, id AS goal, n FROM goals, generate_series(1, 4) AS n WHERE tenant_id = $1)
  INSERT INTO tasks (tenant_id, id, goal_id, parent_task_id, title, status, priority, percent_complete, version, created_at,
    updated_at)
  SELECT $1, id, goal, CASE WHEN n = 4 THEN lag(id) OVER of_goal END, 'task', 'todo', 'medium', 0, 1, now(), now() FROM task
  WINDOW of_goal AS (PARTITION BY goal ORDER BY n)`;

const DEPENDENCIES = `
  INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at)
  SELECT $1, id, before, now() FROM (
    SELECT id, lag(id) OVER (PARTITION BY goal_id ORDER BY id) AS before FROM tasks WHERE tenant_id = $1) t
  WHERE before IS NOT NULL`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('What a roll-up reads, as the application role, of 50,000 goals and 200,000 tasks', () => {
  let database: TestDatabase;
  let app: Client;
  let owner: Client;
  let leaf: { id: string; path: string };

  beforeAll(async () => {
    database = await freshDatabase();
    owner = new Client({ connectionString: database.superUrl });
    await owner.connect();
    for (const tenant of [TENANT, OTHER])
      await owner.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`, [
        tenant,
      ]);
    // Foreign keys are of no matter here, and would take longer than everything else.
    await owner.query('SET session_replication_role = replica');
    await owner.query(FILL, [TENANT]);
    await owner.query(ENTRIES, [TENANT]);
    await owner.query(TASKS, [TENANT]);
    await owner.query(DEPENDENCIES, [TENANT]);
    const { rows } = await owner.query<{ id: string; path: string }>(
      'SELECT id, path FROM goals WHERE length(path) = 111 LIMIT 1',
    );
    leaf = rows[0]!;
    app = new Client({ connectionString: database.appUrl });
    await app.connect();
  }, 120_000);
  afterAll(async () => {
    await app.end();
    await owner.end();
    await database.drop();
  });

  /** The statement as it is prepared, with a plan that does not see its values. */
  const explain = async (statement: string, ids: readonly string[]): Promise<Plan[]> => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANT]);
    await app.query('SET LOCAL plan_cache_mode = force_generic_plan');
    await app.query(`PREPARE statement (uuid, uuid[]) AS ${statement}`);
    const { rows } = await app.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE statement ('${TENANT}', '{${ids.join()}}')`,
    );
    await app.query('ROLLBACK');
    await app.query('DEALLOCATE statement');
    return nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
  };

  /** Rows of a node are the mean of its loops, with two decimals. */
  const readOf = (nodes: readonly Plan[], table: string): number =>
    nodes
      .filter((node) => node['Relation Name'] === table)
      .reduce((sum, node) => sum + Math.round(node['Actual Rows'] * node['Actual Loops']), 0);
  const indexesOf = (nodes: readonly Plan[]): string[] =>
    [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))].sort();
  const scansOf = (nodes: readonly Plan[]): string[] =>
    nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [String(node['Relation Name'])] : []));

  describe.each(['never analyzed', 'analyzed'])('%s,', (state) => {
    beforeAll(async () => {
      if (state === 'analyzed') await owner.query('VACUUM ANALYZE');
    });

    it('are the goals of a path, each by its key', async () => {
      const nodes = await explain(HOLD_PATHS, [leaf.id]);
      expect(nodes.map((node) => node['Node Type'])).toContain('LockRows');
      expect(scansOf(nodes)).toEqual([]);
      expect(readOf(nodes, 'goals')).toBe(1 + 3);
    });

    it('are what stands right below them, by their parent', async () => {
      const nodes = await explain(CHILDREN, leaf.path.split('/').slice(0, 3));
      expect(scansOf(nodes)).toEqual([]);
      expect(nodes.map((node) => node['Index Name'])).toContain('goals_of_parent');
      expect(readOf(nodes, 'goals')).toBe(20);
    });

    it('are the tasks of the goals that count them, by their goal, and for each whether it has parts', async () => {
      const nodes = await explain(TASKS_OF, leaf.path.split('/').slice(1, 3));
      expect(scansOf(nodes)).toEqual([]);
      expect(indexesOf(nodes)).toEqual(['tasks_of_goal', 'tasks_subtasks']);
      expect(readOf(nodes, 'tasks')).toBe(8 + 2);
    });

    it('are, where tasks end with their goal, what waited for them and what else that waits for', async () => {
      const { rows } = await owner.query<{ id: string }>(
        'SELECT depends_on_id AS id FROM task_dependencies WHERE tenant_id = $1 LIMIT 2',
        [TENANT],
      );
      const nodes = await explain(
        READY_AFTER,
        rows.map(({ id }) => id),
      );
      expect(scansOf(nodes)).toEqual([]);
      const dependencies = ['task_dependencies_pkey', 'task_dependencies_successors'];
      expect(indexesOf(nodes)).toEqual(['goals_pkey', ...dependencies, 'tasks_pkey']);
      expect(readOf(nodes, 'tasks')).toBe(2 + 2);
    });

    it('are the latest entries of a goal, and not its history', async () => {
      const nodes = await explain(CURRENT, [leaf.id]);
      expect(scansOf(nodes)).toEqual([]);
      expect(nodes.map((node) => node['Index Name'])).toContain('goal_progress_of_goal');
      expect(readOf(nodes, 'goal_progress')).toBe(1);
    });
  });
});
