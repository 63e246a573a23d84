import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { ok } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import { TestApp, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

/** One entry a second; each thing has as many. */
const [ENTRIES, OF_EACH] = [200_000, 500];
const LAST = Date.parse('2026-01-26T10:00:00Z');
const secondsBefore = (seconds: number): string => new Date(LAST - seconds * 1000).toISOString();

describe(`The audit log of a tenant with ${String(ENTRIES)} entries, as the application role`, () => {
  let app: TestApp;
  let tenant: Tenant;
  let door: Door;
  const workflow = randomUUID();

  beforeAll(async () => {
    app = await TestApp.start();
    door = doorOf(app);
    tenant = await app.tenant();
    const other = await app.tenant();
    for (const [owner, entries] of [
      [tenant.id, ENTRIES],
      [other.id, ENTRIES / 4],
    ])
      await app.rows(
        `WITH thing AS MATERIALIZED (
           SELECT k, CASE k WHEN 7 THEN $5::uuid ELSE gen_random_uuid() END AS id FROM generate_series(0, $2::int / $3::int - 1) AS k
         )
         INSERT INTO audit_log (tenant_id, id, occurred_at, action, entity_type, entity_id, actor_id, changes, request_id)
         SELECT $1, gen_random_uuid(), $4::timestamptz - n * interval '1 second',
           CASE WHEN t.k % 20 = 7 THEN 'workflow.updated' ELSE 'workflow.exit.goal' END,
           CASE WHEN t.k % 20 = 7 THEN 'workflow' ELSE 'enrollment' END, t.id, NULL,
           '{"status": {"old": "active", "new": "completed_goal"}}', NULL
         FROM generate_series(0, $2::int - 1) AS n JOIN thing t ON t.k = n % ($2::int / $3::int)`,
        [owner, entries, OF_EACH, secondsBefore(0), owner === tenant.id ? workflow : randomUUID()],
      );
    await app.rows('ANALYZE audit_log');
  }, 120_000);
  afterAll(() => app.stop());

  /** What the application's own statement for a page does behind row-level security, node by node. */
  const plansOf = async (path: string): Promise<Plan[]> => {
    const db = app.nest.get(Database);
    const asked = jest.spyOn(db, 'query');
    const answer = await app.ask('GET', path, { token: tenant.token.Admin });
    expect(answer).toMatchObject({ status: 200 });
    // The service asks things of its own meanwhile.
    const [sql, parameters] = asked.mock.calls.findLast(([text]) => text.includes('FROM audit_log'))!;
    asked.mockRestore();
    const explain = async () =>
      ok(await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters));
    const result = await door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Admin'), explain));
    if (!result.ok) throw new Error('refused');
    const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
    return flat(result.value[0]!['QUERY PLAN'][0]!.Plan);
  };

  const cursor = (seconds: number): string =>
    Buffer.from(JSON.stringify(['AuditEntry:-occurred_at', secondsBefore(seconds), randomUUID()])).toString(
      'base64url',
    );

  /** Reads from this index, in its order, and no row that is not shown (or tells that there is a next page). */
  const expectScan = (plans: readonly Plan[], index: string): Plan => {
    const scan = plans.find((plan) => plan['Index Name'] === index);
    expect(scan?.['Actual Rows']).toBe(51);
    const types = plans.map((plan) => plan['Node Type']);
    expect(types.filter((type) => /Sort|Seq Scan|Bitmap/.test(type))).toEqual([]);
    return scan!;
  };

  it('is read by time, from the index and no further than the page', async () => {
    expectScan(await plansOf('/audit-log'), 'audit_log_by_time');
    expectScan(await plansOf('/audit-log?sort=occurred_at'), 'audit_log_by_time');
  });

  it('is read on from a cursor without what stands before it', async () => {
    const scan = expectScan(await plansOf(`/audit-log?cursor=${cursor(ENTRIES / 2)}`), 'audit_log_by_time');
    expect(scan['Index Cond']).toContain('occurred_at');
  });

  it('is read between two times without what lies outside of them', async () => {
    const range = `occurred_after=${secondsBefore(ENTRIES / 2)}&occurred_before=${secondsBefore(ENTRIES / 2 - 1000)}`;
    const scan = expectScan(await plansOf(`/audit-log?${range}`), 'audit_log_by_time');
    expect(scan['Index Cond']).toMatch(/occurred_at.*occurred_at/);
  });

  it('is read for one thing from the index of things, and no entry of another', async () => {
    const path = `/workflows/${workflow}/audit-log`;
    for (const query of ['', `?cursor=${cursor(ENTRIES / 2)}`]) {
      const plans = await plansOf(`${path}${query}`);
      const scan = plans.find((plan) => plan['Index Name'] === 'audit_log_of_entity');
      expect(scan?.['Index Cond']).toContain('entity_id');
      // Few enough to be sorted when the planner likes that better than the order of the index.
      expect(Math.max(...plans.map((plan) => plan['Actual Rows']))).toBeLessThanOrEqual(OF_EACH);
      expect(plans.map((plan) => plan['Node Type'])).not.toContain('Seq Scan');
    }
  });
});
