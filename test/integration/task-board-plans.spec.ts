import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { err } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import { TestApp, type Answer, type Method, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

const TASKS = 20_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/**
 * Whatever a change of a task looks at is found by keys, behind row-level security and whatever the planner believes (ADR 0030):
 * in a tenant with 20,000 tasks, deleted ones among them, no statement may touch more than a few hundred rows.
 */
describe('Among 20,000 tasks', () => {
  let app: TestApp;
  let tenant: Tenant;
  let door: Door;
  let db: Database;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
    [door, db] = [doorOf(app), app.nest.get(Database)];
    // Checks of keys whose plan was made while the table was empty would read it whole for every row.
    await app.rows('SET session_replication_role = replica');
    for (const { id } of [tenant, await app.tenant()]) {
      await app.rows(
        `INSERT INTO tasks (tenant_id, id, title, status, priority, percent_complete, deleted_at, deletion_id, version, created_at, updated_at)
         SELECT $1, gen_random_uuid(), 'a task', 'todo', 'low', 0, CASE WHEN n % 3 = 0 THEN now() END,
           CASE WHEN n % 3 = 0 THEN gen_random_uuid() END, 1, now() - n * interval '1 s', now() FROM generate_series(1, $2) n`,
        [id, TASKS],
      );
      await app.rows('ANALYZE tasks');
      // Each waits for two others, and every tenth stands below the one before it.
      await app.rows(
        `WITH t AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY id) AS n FROM tasks WHERE tenant_id = $1)
         INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at)
         SELECT $1, a.id, b.id, now() FROM t a CROSS JOIN (VALUES (2000), (5000)) AS step (n) JOIN t b ON b.n = a.n + step.n`,
        [id],
      );
      await app.rows(
        `WITH t AS (SELECT id, row_number() OVER (ORDER BY id) AS n, lag(id) OVER (ORDER BY id) AS before FROM tasks WHERE tenant_id = $1)
         UPDATE tasks SET parent_task_id = t.before FROM t WHERE tenant_id = $1 AND tasks.id = t.id AND t.n % 10 = 0`,
        [id],
      );
    }
    await app.rows('ANALYZE tasks, task_dependencies');
    await app.rows('SET session_replication_role = origin');
  });
  afterAll(() => app.stop());

  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

  /** Does it, and answers what each of its statements about tasks reads, explained as the application's own role. */
  const plansOf = async (act: () => Promise<Answer>): Promise<{ sql: string; plans: Plan[] }[]> => {
    const [query, prepared] = [jest.spyOn(db, 'query'), jest.spyOn(db, 'prepared')];
    expect((await act()).status).toBeLessThan(300);
    const asked = [...query.mock.calls, ...prepared.mock.calls].filter(([sql]) => /(FROM|JOIN|UPDATE) task/.test(sql));
    query.mockRestore();
    prepared.mockRestore();
    const all: { sql: string; plans: Plan[] }[] = [];
    for (const [sql, parameters] of asked) {
      // What was changed is changed once more, and rolled back.
      const explain = async () => {
        const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`;
        const [row] = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(text, parameters);
        all.push({ sql, plans: flat(row!['QUERY PLAN'][0]!.Plan) });
        return err(conflict('seen', 'Enough.'));
      };
      expect(await door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Admin'), explain))).toMatchObject({
        ok: false,
      });
    }
    return all;
  };

  const touched = (plans: readonly Plan[]): number =>
    plans
      .filter((plan) => plan['Relation Name'] !== undefined)
      .reduce(
        (sum, plan) => sum + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
        0,
      );

  /** `most`: of the rows that a statement may touch, once it is known what it answers. */
  const expectCheap = async (statements: number, act: () => Promise<Answer>, most = () => 300): Promise<void> => {
    const all = await plansOf(act);
    expect(all.filter(({ plans }) => touched(plans) > 0).length).toBeGreaterThanOrEqual(statements - 1);
    expect(all.length).toBeGreaterThanOrEqual(statements);
    const dear = all.filter(
      ({ plans }) => touched(plans) > most() || plans.some((plan) => plan['Node Type'] === 'Seq Scan'),
    );
    expect(dear.map(({ sql, plans }) => ({ sql, touched: touched(plans), plans }))).toEqual([]);
  };

  const ask = (method: Method, path: string, body?: object, version = 1): Promise<Answer> =>
    app.ask(method, path, {
      token: tenant.token.Owner,
      ...(body && { body }),
      headers: method === 'PATCH' || method === 'DELETE' ? { 'if-match': `"${String(version)}"` } : {},
    });

  /** Tasks that wait for others, have a subtask, and are waited for. */
  const some = async (): Promise<string[]> => {
    const rows = await app.rows<{ id: string }>(
      `SELECT t.id FROM tasks t JOIN tasks s ON s.tenant_id = t.tenant_id AND s.parent_task_id = t.id
       WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND s.deleted_at IS NULL AND t.version = 1
       ORDER BY t.id OFFSET 100 LIMIT 4`,
      [tenant.id],
    );
    return rows.map(({ id }) => id);
  };

  it('one is made, moved, and given something to wait for', async () => {
    const [parent, first, second] = await some();
    const made = { title: 'New', parent_task_id: parent, dependencies: [first] };
    await expectCheap(3, () => ask('POST', '/tasks', made));
    const { body } = await ask('POST', '/tasks', { title: 'New too' });
    await expectCheap(3, () => ask('POST', `/tasks/${String(body.id)}/dependencies`, { depends_on_id: second }));
    await expectCheap(3, () => ask('PATCH', `/tasks/${String(body.id)}`, { parent_task_id: parent }));
  });

  it('one changes its status, and those who wait for it are found', async () => {
    const [, , , id] = await some();
    const to = (status: string) =>
      ask('POST', `/tasks/${id!}/transitions`, { to: status, override: true, reason: 'x' });
    for (const status of ['in_progress', 'blocked', 'todo', 'cancelled']) await expectCheap(2, () => to(status));
  });

  it('one is deleted with what is below it, and comes back', async () => {
    const [id] = await some();
    await expectCheap(3, () => ask('DELETE', `/tasks/${id!}`));
    await expectCheap(3, () => ask('POST', `/tasks/${id!}/restore`));
    expect((await ask('GET', `/tasks/${randomUUID()}`)).status).toBe(404);
  });

  it('the schedule of a goal is found with all that it waits for elsewhere', async () => {
    const [first, ...others] = await some();
    const goal = await ask('POST', '/goals', { name: 'A goal', goal_type: 'tactical' });
    const { id } = goal.body as { id: string };
    await app.rows('UPDATE tasks SET goal_id = $1 WHERE id = ANY ($2)', [id, others]);
    let shown = 0;
    const path = async () => {
      const answer = await ask('GET', `/goals/${id}/critical-path`);
      shown = (answer.body.tasks as unknown[]).length;
      return answer;
    };
    // How long the chains are depends on which tasks these are: some rows for each that holds the goal up.
    await expectCheap(1, path, () => Math.max(300, 10 * shown));
    expect(first).toBeDefined();
    expect(shown).toBeGreaterThan(others.length);
  });
});
