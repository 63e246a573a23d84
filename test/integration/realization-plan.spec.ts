import { Client } from 'pg';
import { REALIZATION_MAP } from '#adapters/goals/persistence/sql-goal-link-read-model';
import { freshDatabase, type TestDatabase } from '../support/database';

const [TENANT, OTHER] = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'] as const;
const GOALS = 50_000;
const LINKS_EACH = 4;
const MANY = 2_000;

const idOf = (n: string): string => `md5('goal' || $1::uuid || (${n})::text)::uuid`;

/** Trees of three levels: of each hundred goals a root, nine below it, and ten below each of these. */
const TREES = `
  INSERT INTO goals (tenant_id, id, parent_goal_id, path, name, goal_type, status, priority, risk_level, progress_source,
    task_weighting, weight, progress, assessment_status, last_assessment_date, version, created_at, updated_at)
  SELECT $1::uuid, id, parent, coalesce(above || '/', '') || coalesce(parent || '/', '') || id || '/', 'goal ' || n, 'strategic',
    'active', 'medium', 'medium', 'manual', 'count', 1, 0, 'pending', now(), 1, now(), now()
  FROM (
    SELECT n, ${idOf('n')} AS id,
      CASE WHEN k >= 10 THEN ${idOf('root + 1 + (k - 10) / 10')} WHEN k > 0 THEN ${idOf('root')} END AS parent,
      CASE WHEN k >= 10 THEN ${idOf('root')} END AS above
    FROM (SELECT n, n % 100 AS k, n - n % 100 AS root FROM generate_series(0, $2::integer - 1) AS n) numbered
  ) placed`;

const LINKS = `
  INSERT INTO goal_links (tenant_id, id, goal_id, linked_element_id, linked_element_type, link_type, direction, relationship,
    relationship_strength, contribution_level, polarity, version, created_at, updated_at)
  SELECT $1::uuid, gen_random_uuid(), ${idOf('n')}, gen_random_uuid(), (ARRAY['Requirement', 'Capability', 'Driver'])[1 + l % 3],
    (ARRAY['realizes', 'influences'])[1 + l % 2], 'element_to_goal', (ARRAY['Realization', 'Influence'])[1 + l % 2], 'medium',
    (ARRAY['high', 'medium', 'low'])[1 + l % 3], 'neutral', 1, now(), now()
  FROM generate_series(0, $2::integer - 1) AS n, generate_series(1, CASE WHEN n = 0 THEN $4::integer ELSE $3::integer END) AS l`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('The realization map, as the application role, of a tenant with 50,000 goals and 200,000 links', () => {
  let database: TestDatabase;
  let superuser: Client;
  let app: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    superuser = new Client({ connectionString: database.superUrl });
    await superuser.connect();
    // What is made here refers to what is there; checking each row would take longer than all else.
    await superuser.query(`SET session_replication_role = replica`);
    for (const [tenant, goals] of [
      [TENANT, GOALS],
      [OTHER, 1_000],
    ] as const) {
      await superuser.query(
        `INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`,
        [tenant],
      );
      await superuser.query(TREES, [tenant, goals]);
      await superuser.query(LINKS, [tenant, goals, LINKS_EACH, MANY]);
    }
    app = new Client({ connectionString: database.appUrl });
    await app.connect();
  }, 120_000);
  afterAll(async () => {
    await app.end();
    await superuser.end();
    await database.drop();
  });

  const goalOf = async (n: number): Promise<string> => {
    const { rows } = await superuser.query<{ id: string }>(`SELECT ${idOf('$2::integer')} AS id`, [TENANT, n]);
    return rows[0]!.id;
  };

  const ask = async <R extends object>(sql: string, goal: string): Promise<R> => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANT]);
    const { rows } = await app.query<R>(sql, [TENANT, goal]);
    await app.query('ROLLBACK');
    return rows[0]!;
  };

  const explain = async (goal: string): Promise<Plan[]> => {
    const answer = await ask<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${REALIZATION_MAP}`,
      goal,
    );
    return nodesOf(answer['QUERY PLAN'][0]!.Plan);
  };

  describe.each([
    ['before the tables are analyzed', ''],
    ['after', 'ANALYZE'],
  ])('%s', (_, prepare) => {
    beforeAll(async () => {
      if (prepare) await superuser.query(prepare);
    });

    it.each([
      ['of a goal with a few links', 12_345, LINKS_EACH],
      ['of a goal with many', 0, MANY],
    ])('reads the goal by its id and its links by theirs, %s', async (_case, n, links) => {
      const nodes = await explain(await goalOf(n));
      const reads = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Node Type'] !== 'Subquery Scan');
      expect(reads.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      const byKey = reads.filter((node) => node['Index Name'] === 'goal_links_once');
      expect(byKey).toHaveLength(2);
      for (const node of byKey) expect(node['Index Cond']).toContain('goal_id =');
      expect(reads.find((node) => node['Index Name'] === 'goals_pkey')?.['Index Cond']).toContain('id =');
      for (const node of reads) expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThanOrEqual(links);
    });

    it('counts as many as there are', async () => {
      expect(await ask(REALIZATION_MAP, await goalOf(0))).toMatchObject({
        linked_elements_count: MANY,
        by_relationship: { Association: 0, Influence: MANY / 2, Realization: MANY / 2 },
      });
      expect(await ask(REALIZATION_MAP, await goalOf(49_999))).toMatchObject({
        linked_elements_count: LINKS_EACH,
        overall_realization_score: (0.25 + 0.5) / 2,
      });
    });
  });
});
