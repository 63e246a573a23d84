import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../support/database';
import { rowsRead } from './support/reads';

const ROWS = 20_000;
const GONE = 100;
const TENANT = '0190a000-0000-7000-8000-000000000001';

/**
 * Foreign keys to what is ever deleted, by a right or along with something else, whose check would read their whole table; but for the goal of an
 * achievement, whose index would draw detection away from its key (`detection-plans.spec.ts`).
 */
const UNINDEXED_KEYS = `
  WITH RECURSIVE emptied AS (
    SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND EXISTS (
      SELECT FROM aclexplode(c.relacl) AS x WHERE x.privilege_type = 'DELETE' AND x.grantee <> c.relowner)
    UNION SELECT k.conrelid FROM emptied e JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = e.oid AND k.confdeltype = 'c'
  )
  SELECT k.conrelid::regclass || ': ' || pg_get_constraintdef(k.oid) AS fault
  FROM pg_constraint k JOIN emptied e ON e.oid = k.confrelid
  WHERE k.contype = 'f' AND k.conrelid <> 'workflow_goal_achievements'::regclass AND NOT EXISTS (
    SELECT FROM pg_index x WHERE x.indrelid = k.conrelid AND x.indisvalid
      AND (x.indpred IS NULL OR pg_get_expr(x.indpred, x.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
      AND ((x.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey OR (x.indisunique AND x.indkey::int2[] <@ k.conkey)))`;

/** Two of them, to which all that stays belongs: so few that any row of the table seems to belong to any. */
const ONE_OF_TWO = `CASE WHEN n > $3 THEN ('00000000-0000-0000-0000-00000000000' || n % 2)::uuid END`;

const GOALS = `
  WITH goal AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $2::integer) AS n)
  INSERT INTO goals (tenant_id, id, parent_goal_id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting, weight,
    assessment_status, deleted_at, deletion_id, version, created_at, updated_at)
  SELECT $1, id, ${ONE_OF_TWO}, id || '/', 'goal', 'strategic', 'active', 'low', 'low', 'manual', 'count', 1, 'pending',
    CASE WHEN n <= $3 THEN now() - interval '100 days' END, CASE WHEN n <= $3 THEN id END, 1, now(), now()
  FROM goal`;

const TASKS = `
  INSERT INTO tasks (tenant_id, id, goal_id, parent_task_id, title, status, priority, percent_complete, deleted_at, deletion_id, version, created_at, updated_at)
  SELECT $1, gen_random_uuid(), ${ONE_OF_TWO}, ${ONE_OF_TWO}, 'task', 'todo', 'low', 0, CASE WHEN n <= $3 THEN now() - interval '100 days' END,
    CASE WHEN n <= $3 THEN gen_random_uuid() END, 1, now(), now()
  FROM generate_series(1, $2::integer) AS n`;

describe('What is removed in the course of time', () => {
  let database: TestDatabase;
  let owner: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    owner = new Client({ connectionString: database.superUrl });
    await owner.connect();
    // Foreign keys are of no matter while this is filled, and would take longer than everything else.
    await owner.query('SET session_replication_role = replica');
    await owner.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`, [
      TENANT,
    ]);
    for (const [fill, parameters] of [
      [GOALS, [TENANT, ROWS, GONE]],
      [TASKS, [TENANT, ROWS, GONE]],
    ] as const)
      await owner.query(fill, [...parameters]);
    await owner.query('RESET session_replication_role');
    await owner.query('ANALYZE');
  }, 60_000);
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  /** What a function reads of each table, the checks of foreign keys included, and how many rows it says are gone. */
  const purged = async (name: string): Promise<{ gone: number; read: Readonly<Record<string, number>> }> => {
    await owner.query('BEGIN');
    const { rows } = await owner.query<{ gone: number }>(
      `SELECT jobs_purge_${name}(now() - interval '90 days', 500) AS gone`,
    );
    const read = await rowsRead(owner);
    await owner.query('ROLLBACK');
    return { gone: rows[0]!.gone, read };
  };

  it('is pointed to by no foreign key without an index that leads with its columns', async () => {
    expect((await owner.query(UNINDEXED_KEYS)).rows).toEqual([]);
  });

  it.each([
    ['goals', GONE, ['goals', 'tasks']],
    ['tasks', GONE, ['tasks']],
  ])('is looked up one by one among many %s', async (name, expected, tables) => {
    const { gone, read } = await purged(name);
    expect(gone).toBe(expected);
    for (const table of tables) expect({ table, few: (read[table] ?? 0) < ROWS / 10 }).toEqual({ table, few: true });
  });

  it('is found missing when an index is taken away', async () => {
    await owner.query('BEGIN');
    await owner.query('DROP INDEX tasks_subtasks');
    const { rows } = await owner.query(UNINDEXED_KEYS);
    await owner.query('ROLLBACK');
    expect(rows).toEqual([{ fault: 'tasks: FOREIGN KEY (tenant_id, parent_task_id) REFERENCES tasks(tenant_id, id)' }]);
  });
});
