import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { taskListing } from '#application/tasks/task-listing';
import { readPageRequest } from '#adapters/shared/http/page-request';
import type { Database } from '#adapters/shared/persistence/database';
import { SqlDueTasks } from '#adapters/tasks/persistence/sql-due-tasks';
import { SqlGoalSchedule } from '#adapters/tasks/persistence/sql-goal-schedule';
import { SqlTaskReadModel } from '#adapters/tasks/persistence/sql-task-read-model';
import { freshDatabase, type TestDatabase } from '../support/database';
import { Explained, explainSearch, indexesOf, kindsOf, readBy, type Plan } from './support/explained';

const [TENANT, OTHER] = [randomUUID(), randomUUID()];
const TASKS = 200_000;

/** The id of what has a number, of a tenant. */
const id = (number: string) => `md5(tenant.id || ${number})::uuid`;

/**
 * Of a tenant: a goal and a person for every hundred tasks; each fifth task waits for the one made before it, which is done in
 * one case of two; one in a hundred has the rare tag, one in a thousand the rare word.
 */
const FILL = `
  WITH tenant AS (SELECT $1::text AS id), n AS (SELECT generate_series(1, $2::integer) AS n),
  goal AS (
    INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
      weight, assessment_status, version, created_at, updated_at)
    SELECT tenant.id::uuid, ${id(`'g' || n`)}, ${id(`'g' || n`)} || '/', 'a goal', 'tactical', 'active', 'low', 'low', 'manual',
      'count', 1, 'pending', 1, now(), now() FROM tenant, n WHERE n <= $2::integer / 100
  ), edge AS (
    INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at)
    SELECT tenant.id::uuid, ${id('n')}, ${id('n + 1')}, now() FROM tenant, n WHERE n % 5 = 0
  ), tag AS (
    INSERT INTO task_tags (tenant_id, task_id, tag)
    SELECT tenant.id::uuid, ${id('n')}, CASE WHEN n % 100 = 0 THEN 'rare' ELSE 'common' END FROM tenant, n
  )
  INSERT INTO tasks (tenant_id, id, goal_id, title, description, status, priority, assigned_to, percent_complete, due_date,
    completed_at, version, created_at, updated_at)
  SELECT tenant.id::uuid, ${id('n')}, ${id(`'g' || 1 + (n - 1) / 100`)}, 'task ' || n,
    CASE WHEN n % 1000 = 7 THEN 'a rare word' ELSE 'a common word' END, CASE WHEN n % 10 = 1 THEN 'completed' ELSE 'todo' END,
    'medium', ${id(`'p' || n / 100`)}, 0, now() + n * interval '1 minute', CASE WHEN n % 10 = 1 THEN now() END, 1,
    now() - n * interval '1 minute', now()
  FROM tenant, n`;

describe('A tenant with 200,000 tasks, as the application role', () => {
  let database: TestDatabase;
  let superuser: Client;
  let app: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    [superuser, app] = [
      new Client({ connectionString: database.superUrl }),
      new Client({ connectionString: database.appUrl }),
    ];
    await Promise.all([superuser.connect(), app.connect()]);
    // What is made here refers to what is there; checking each row would take longer than all else.
    await superuser.query(`SET session_replication_role = replica`);
    for (const [tenant, tasks] of [
      [TENANT, TASKS],
      [OTHER, 2_000],
    ] as const) {
      await superuser.query(
        `INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`,
        [tenant],
      );
      await superuser.query(FILL, [tenant, tasks]);
    }
  }, 240_000);
  afterAll(async () => {
    await Promise.all([app.end(), superuser.end()]);
    await database.drop();
  });

  /** What something reads, by the plans it was read by. */
  const explained = async <T>(work: (db: Database) => Promise<T>) => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANT]);
    const db = new Explained(app);
    const answer = await work(db);
    await app.query('ROLLBACK');
    return { plans: db.plans, answer };
  };

  /** One page; what it shows is read by a statement of its own, after the total where there is one. */
  const list = async (query: Record<string, string>) => {
    const request = readPageRequest(taskListing, query);
    const { plans, answer: page } = await explained((db) => new SqlTaskReadModel(db).tasks(TENANT, request));
    const [shown, found, counted] = [...plans].reverse();
    return { page, shown: shown!, found: found!, counted };
  };

  const numbered = async (sql: string) => {
    const { rows } = await superuser.query<{ id: string }>(`SELECT ${sql} AS id FROM (SELECT $1::text AS id) tenant`, [
      TENANT,
    ]);
    return rows[0]!.id;
  };

  describe.each([
    ['while nothing is known of its tables', async () => undefined],
    ['once its tables are analyzed', () => superuser.query('ANALYZE goals, tasks, task_tags, task_dependencies')],
  ])('%s,', (_, begin) => {
    beforeAll(begin);

    it.each([
      [{ is_ready: 'true' }, TASKS * 0.8],
      [{ is_blocked: 'true' }, TASKS / 10],
    ])('finds %j along the order of the list, no further than the page goes', async (query, total) => {
      const first = await list(query);
      expect(first.page.total).toBe(total);
      const second = await list({ ...query, cursor: String(first.page.next_cursor) });
      for (const { found, shown } of [first, second]) {
        expect(second.page.items).toHaveLength(50);
        expect(kindsOf([...found, ...shown])).not.toContain('Seq Scan');
        expect(readBy(found)).toBeLessThan(1_000);
        expect(readBy(shown)).toBeLessThan(500);
      }
      expect(readBy(first.counted!)).toBeLessThan(3 * TASKS);
    });

    it('finds the schedule of a goal through its index', async () => {
      const goal = await numbered(id(`'g77'`));
      const { plans, answer } = await explained((db) => new SqlGoalSchedule(db).openTasks(TENANT, goal));
      expect(answer).toHaveLength(90);
      expect(indexesOf(plans.flat())).toContain('tasks_of_goal');
      expect(readBy(plans.flat())).toBeLessThan(300);
    });
  });

  it.each(['-created_at', 'title'])('sorted by %s, reads no more in the middle than at the start', async (sort) => {
    const start = await list({ sort, offset: String(TASKS / 2), limit: '1' });
    const first = await list({ sort });
    const middle = await list({ sort, cursor: String(start.page.next_cursor) });
    expect(middle.page.items).toHaveLength(50);
    for (const { found, shown } of [first, middle]) expectOnePage(found, shown);
  });

  it('sorted by the day they are due, begins with the first of the index', async () => {
    const { found, shown } = await list({ sort: 'due_date' });
    expectOnePage(found, shown);
  });

  const expectOnePage = (found: readonly Plan[], shown: readonly Plan[]) => {
    expect(kindsOf(found)).not.toContain('Sort');
    expect(kindsOf([...found, ...shown])).not.toContain('Seq Scan');
    expect(readBy(found)).toBeLessThan(60);
    expect(readBy(shown)).toBeLessThan(500);
  };

  it('finds the tasks of a goal and of a person through their indexes, which give the order too', async () => {
    for (const [query, index] of [
      [{ goal_id: await numbered(id(`'g77'`)) }, 'tasks_of_goal'],
      [{ assigned_to: await numbered(id(`'p77'`)) }, 'tasks_assigned'],
    ] as const) {
      const { page, found, shown, counted } = await list(query);
      expect(page.total).toBe(100);
      for (const nodes of [found, counted!]) expect(indexesOf(nodes)).toContain(index);
      expect(kindsOf([...found, ...shown, ...counted!])).not.toContain('Seq Scan');
      expect(kindsOf(found)).not.toContain('Sort');
      expect(readBy(found)).toBeLessThan(60);
      expect(readBy(counted!)).toBeLessThan(200);
    }
  });

  it('finds tasks by a tag through the index of tags', async () => {
    const { page, found, shown, counted } = await list({ tag: 'rare' });
    expect(page.total).toBe(TASKS / 100);
    expect(indexesOf(counted!)).toContain('task_tags_tag');
    expect(kindsOf([...found, ...shown, ...counted!])).not.toContain('Seq Scan');
  });

  it('finds tasks by words through the index of words, in a function that alone may use it', async () => {
    const { page, found, shown, counted } = await list({ q: 'rare word' });
    expect(page.total).toBe(TASKS / 1000);
    expect(indexesOf(counted!)).toContain('tasks_pkey');
    expect(kindsOf([...found, ...shown, ...counted!])).not.toContain('Seq Scan');
    expect(readBy(counted!)).toBeLessThan(3 * page.total!);
    const inside = await explainSearch(superuser, 'search_tasks', TENANT, 'rare word');
    expect(indexesOf(inside)).toContain('tasks_search');
  });

  it('finds what is due in a day by the index of days', async () => {
    const day = [new Date(Date.now() + 86_400_000), new Date(Date.now() + 2 * 86_400_000)] as const;
    const { plans, answer } = await explained((db) => new SqlDueTasks(db).dueWithin(TENANT, ...day));
    expect(answer.length).toBeGreaterThan(1_200);
    expect(indexesOf(plans.flat())).toContain('tasks_due');
    expect(readBy(plans.flat())).toBeLessThan(1_500);
  });
});
