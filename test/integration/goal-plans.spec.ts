import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { goalListing } from '#application/goals/goal-listing';
import { readPageRequest } from '#adapters/shared/http/page-request';
import { SqlGoalReadModel } from '#adapters/goals/persistence/sql-goal-read-model';
import { freshDatabase, type TestDatabase } from '../support/database';
import { Explained, explainSearch, indexesOf, readBy } from './support/explained';

const [TENANT, OTHER] = [randomUUID(), randomUUID()];
const GOALS = 200_000;
const NOW = new Date();

/** Made at different times, one in a hundred with the rare tag, one in a thousand with the rare word. */
const FILL = `
  INSERT INTO goals (tenant_id, id, path, name, description, goal_type, status, priority, risk_level, progress_source,
    task_weighting, weight, progress, assessment_status, target_date, version, created_at, updated_at)
  SELECT $1::uuid, id, id || '/', 'goal ' || n, CASE WHEN n % 1000 = 7 THEN 'a rare word' ELSE 'a common word' END, 'strategic',
    'active', 'medium', 'medium', 'manual', 'count', 1, 0, 'pending', now() + n * interval '1 minute', 1,
    now() - n * interval '1 minute', now()
  FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, $2::integer) AS n) made;`;
const TAGS = `
  INSERT INTO goal_tags (tenant_id, goal_id, tag)
  SELECT tenant_id, id, tag FROM goals, LATERAL (VALUES ('all'), ('rare')) AS t (tag)
  WHERE tag = 'all' OR name LIKE '%00'`;

describe('Lists of a tenant with 200,000 goals, as the application role', () => {
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
    for (const [tenant, goals] of [
      [TENANT, GOALS],
      [OTHER, 2_000],
    ] as const) {
      await superuser.query(
        `INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`,
        [tenant],
      );
      await superuser.query(FILL, [tenant, goals]);
    }
    await superuser.query(TAGS);
    await superuser.query('ANALYZE goals, goal_tags');
  }, 240_000);
  afterAll(async () => {
    await Promise.all([app.end(), superuser.end()]);
    await database.drop();
  });

  /** One page, by the plan that it was read by. */
  const list = async (query: Record<string, string>) => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANT]);
    const db = new Explained(app);
    const page = await new SqlGoalReadModel(db).goals(TENANT, readPageRequest(goalListing, query), NOW);
    await app.query('ROLLBACK');
    return { db, page };
  };

  it.each(['-created_at', 'created_at', 'name', '-name'])(
    'sorted by %s, a page by cursor in the middle reads as little as the first one',
    async (sort) => {
      const start = await list({ sort, offset: String(GOALS / 2), limit: '1' });
      const first = await list({ sort, cursor: await cursorOfTheFirst(sort) });
      const middle = await list({ sort, cursor: String(start.page.next_cursor) });
      expect(middle.page.items).toHaveLength(50);
      for (const { db } of [first, middle]) {
        expect(db.kinds).not.toContain('Seq Scan');
        expect(db.kinds).not.toContain('Sort');
        expect(readBy(db.plans.flat(), 'goals')).toBeLessThan(60);
      }
    },
    120_000,
  );

  const cursorOfTheFirst = async (sort: string) => String((await list({ sort, limit: '1' })).page.next_cursor);

  it('by a tag finds the goals through the index of tags', async () => {
    const { db, page } = await list({ tag: 'rare' });
    expect(page.total).toBe(GOALS / 100);
    expect(db.indexes).toContain('goal_tags_tag');
    expect(db.kinds).not.toContain('Seq Scan');
  });

  it('by words finds the goals through the index of words, in a function that alone may use it', async () => {
    const { db, page } = await list({ q: 'rare word' });
    expect(page.total).toBe(GOALS / 1000);
    expect(db.indexes).toContain('goals_pkey');
    expect(db.kinds).not.toContain('Seq Scan');
    expect(readBy(db.plans.flat(), 'goals')).toBeLessThan(3 * page.total!);
    const inside = await explainSearch(superuser, 'search_goals', TENANT, 'rare word');
    expect(indexesOf(inside)).toContain('goals_search');
  });
});
