import { Actor } from '#domain/shared/actor';
import { ok } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import { TestApp, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

const GOALS = 50_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

describe('A tree of 50,000 goals', () => {
  let app: TestApp;
  let tenant: Tenant;
  let door: Door;
  let db: Database;
  let root: string;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
    [door, db] = [doorOf(app), app.nest.get(Database)];
    // Checks of keys whose plan was made while the table was empty would read it whole for every row.
    await app.rows('SET session_replication_role = replica');
    root = await plant(tenant);
    await plant(await app.tenant());
    await app.rows('ANALYZE goals');
  });
  afterAll(() => app.stop());

  /** 20 goals below the root, 20 below each of them, and all others below those: four levels. */
  const plant = async ({ id }: Tenant): Promise<string> => {
    const [top] = await grow(id, 'SELECT NULL::uuid, \'\' COLLATE "C", 1');
    await grow(id, `SELECT id, path, 20 FROM goals WHERE tenant_id = $1 AND length(path) = 37`);
    await grow(id, `SELECT id, path, 20 FROM goals WHERE tenant_id = $1 AND length(path) = 74`);
    await grow(
      id,
      `SELECT id, path, ${String(Math.ceil((GOALS - 421) / 400))} FROM goals WHERE tenant_id = $1 AND length(path) = 111`,
    );
    return top!.id;
  };

  const grow = (tenantId: string, parents: string) =>
    app.rows<{ id: string }>(
      `WITH p (id, path, count) AS (${parents}), n AS (SELECT p.*, gen_random_uuid() AS child FROM p, generate_series(1, p.count))
       INSERT INTO goals (tenant_id, id, parent_goal_id, path, name, goal_type, status, priority, risk_level, progress_source,
         task_weighting, weight, assessment_status, version, created_at, updated_at)
       SELECT $1, n.child, n.id, n.path || n.child || '/', 'a goal', 'tactical', 'active', 'low', 'low', 'manual', 'count', 1,
         'pending', 1, now(), now() FROM n RETURNING id`,
      [tenantId],
    );

  /** What the application's own statement for a page does, as its own role, behind row-level security. */
  const plansOf = async (query: string): Promise<{ plans: Plan[]; cursor: string | null; count: number }> => {
    const asked = jest.spyOn(db, 'query');
    const answer = await app.ask<{ items: unknown[]; next_cursor: string | null }>(
      'GET',
      `/goals/${root}/tree?${query}`,
      {
        token: tenant.token.Viewer,
      },
    );
    expect(answer).toMatchObject({ status: 200 });
    // The service asks things of its own meanwhile.
    const [sql, parameters] = asked.mock.calls.find(([text]) => text.includes('walk'))!;
    asked.mockRestore();
    const explain = async () =>
      ok(await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters));
    const result = await door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Viewer'), explain));
    if (!result.ok) throw new Error('refused');
    const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
    const plans = flat(result.value[0]!['QUERY PLAN'][0]!.Plan);
    if (process.env.SHOW_PLAN) console.log(query, JSON.stringify(result.value[0], null, 1));
    return { plans, cursor: answer.body.next_cursor, count: answer.body.items.length };
  };

  /** Rows of goals that were touched, but for children, which are counted. */
  const touched = (plans: readonly Plan[]): number =>
    plans
      .filter((plan) => plan['Index Name'] !== undefined && plan['Index Name'] !== 'goals_of_parent')
      .reduce(
        (sum, plan) => sum + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
        0,
      );

  const expectCheap = (plans: readonly Plan[], limit: number): void => {
    expect(plans.map((plan) => plan['Node Type'])).not.toContain('Seq Scan');
    expect(plans.find((plan) => plan['Index Name'] === 'goals_path')).toBeDefined();
    const sorted = plans.filter((plan) => plan['Node Type'].includes('Sort')).map((plan) => plan['Actual Rows']);
    expect(Math.max(0, ...sorted)).toBeLessThanOrEqual(limit + 1);
    // Each row is found once along the paths and once by its id.
    expect(touched(plans)).toBeLessThanOrEqual(2 * (limit + 1));
  };

  it.each([1, 2, 3, 4, 10])('is read from the index and no further than a page of %i levels goes', async (depth) => {
    const { plans, cursor } = await plansOf(`depth=${String(depth)}&limit=200`);
    expectCheap(plans, 200);
    if (cursor === null) return;
    const next = await plansOf(`depth=${String(depth)}&limit=200&cursor=${cursor}`);
    expectCheap(next.plans, 200);
    expect(next.count).toBe(depth === 2 ? 0 : 200);
  });

  it('costs the same far behind', async () => {
    const [far] = await app.rows<{ path: string }>(
      `SELECT path FROM goals WHERE tenant_id = $1 ORDER BY path OFFSET $2 LIMIT 1`,
      [tenant.id, GOALS - 300],
    );
    const cursor = Buffer.from(JSON.stringify(['GoalTree:10', far!.path])).toString('base64url');
    const { plans, count } = await plansOf(`depth=10&limit=200&cursor=${cursor}`);
    expect(count).toBe(200);
    expectCheap(plans, 200);
  });
});
