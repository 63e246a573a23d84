import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import type { Database } from '#adapters/shared/persistence/database';
import { readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { ActiveGoalsIndex } from '#adapters/workflows/persistence/active-goals-index';
import { GoalChanges, goalsChanged } from '#adapters/workflows/persistence/goal-changes';
import { readers } from '#infrastructure/database/data-source';
import { freshDatabase, type TestDatabase } from '../support/database';
import { seedWorkflow } from '../support/seed';

type Rows = Record<string, unknown>[];
type Way = (ask: () => Promise<Rows>, sql: string) => Promise<Rows>;

/** A way on which the next answer to a statement can be kept back. */
const holding = () => {
  const holds: { of: string; held: () => void; released: Promise<void> }[] = [];
  const way: Way = async (ask, sql) => {
    const [hold] = holds[0] && sql.includes(holds[0].of) ? holds.splice(0) : [];
    const answer = await ask();
    hold?.held();
    await hold?.released;
    return answer;
  };
  const holdNext = (of: string) => {
    let [held, release]: (() => void)[] = [];
    const released = new Promise<void>((resolve) => (release = resolve));
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    holds.push({ of, held: () => held?.(), released });
    return { isHeld, release: () => release?.() };
  };
  return { way, holdNext };
};

describe('What has changed since a process last looked', () => {
  let database: TestDatabase;
  const clients: Client[] = [];

  const connect = async (connectionString: string): Promise<Client> => {
    const client = new Client({ connectionString, types: readers });
    clients.push(client);
    await client.connect();
    return client;
  };
  const owner = () => connect(database.superUrl);
  const dbOf = (client: Client, asked: unknown[] = [], way: Way = (ask) => ask()): Database =>
    ({
      query: (sql: string, parameters: unknown[]) =>
        way(async () => (await client.query<Rows[number]>(sql, parameters)).rows, sql),
      prepared: (sql: string, parameters: unknown[] = []) =>
        way(async () => (await client.query<Rows[number]>(sql, parameters)).rows, sql),
      peek: (sql: string, parameters: unknown[]) => {
        asked.push(parameters[0]);
        return way(async () => (await client.query<Rows[number]>(sql, parameters)).rows, sql);
      },
      narrow: () => Promise.resolve(),
    }) as unknown as Database;
  const tenant = async (sql: Client): Promise<string> => {
    const id = randomUUID();
    await sql.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [id]);
    return id;
  };
  const rowsOf =
    (sql: Client) =>
    async <R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
      (await sql.query<R>(text, [...values])).rows;
  const change = (sql: Client, id: string) => goalsChanged(dbOf(sql), id);

  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await database.drop();
  });

  it('every tenant is known from the first look on, a new one from the next on, and a change is told from no change', async () => {
    const [app, sql] = [await connect(database.appUrl), await owner()];
    const changes = new GoalChanges(dbOf(app));
    expect([...(await changes.look()).keys()]).toEqual([]);
    const first = await tenant(sql);
    const made = (await changes.look()).get(first);
    const second = await tenant(sql);
    expect([...(await changes.look()).keys()].sort()).toEqual([first, second].sort());
    expect((await changes.look()).get(first)).toBe(made);
    await change(sql, first);
    expect((await changes.look()).get(first)).toBeGreaterThan(made ?? NaN);
  });

  it('a change is not overlooked that began before a look and is committed after later ones', async () => {
    const [app, sql, slow] = [await connect(database.appUrl), await owner(), await owner()];
    const [early, late] = [await tenant(sql), await tenant(sql)];
    const changes = new GoalChanges(dbOf(app));
    const before = new Map(await changes.look());
    await slow.query('BEGIN');
    await change(slow, early);
    await change(sql, late);
    for (let looks = 0; looks < 3; looks += 1) {
      const seen = await changes.look();
      expect(seen.get(early)).toBe(before.get(early));
      expect(seen.get(late)).not.toBe(before.get(late));
    }
    await slow.query('COMMIT');
    expect((await changes.look()).get(early)).not.toBe(before.get(early));
  });

  it('an answer that comes late takes nothing back for good that a later look has told', async () => {
    const [app, sql] = [await connect(database.appUrl), await owner()];
    const id = await tenant(sql);
    const { way, holdNext } = holding();
    const changes = new GoalChanges(dbOf(app, [], way));
    await changes.look();
    await change(sql, id);
    const { isHeld, release } = holdNext('jobs_goals_changed');
    const late = changes.look();
    await isHeld;
    await change(sql, id);
    const made = await tenant(sql);
    const told = new Map(await changes.look());
    release();
    expect((await late).has(made)).toBe(true);
    expect(new Map(await changes.look())).toEqual(told);
  });

  it('a batch judges by no older goals than it has seen, whatever comes late beside it', async () => {
    const [app, sql] = [await owner(), await owner()];
    const [ours, theirs] = [await tenant(sql), await tenant(sql)];
    const seed = (form_id: string) =>
      seedWorkflow({ rows: rowsOf(sql) }, ours, [{ goalType: 'form_submitted', criteria: { form_id } }]);
    const { way, holdNext } = holding();
    const index = new ActiveGoalsIndex(dbOf(app, [], way));
    await app.query('BEGIN');
    await seed('old');
    const late = holdNext('jobs_goals_changed');
    const batches = [index.refresh([theirs])];
    await late.isHeld;
    await index.refresh([ours]);
    await seed('new');
    const loading = holdNext('DECLARE goals');
    batches.push(index.refresh([theirs]));
    await loading.isHeld;
    const batch = index.refresh([ours]);
    await app.query('SELECT 1');
    late.release();
    await new Promise(setImmediate);
    loading.release();
    await batch;
    const envelope = readEnvelope(
      { event_type: 'form.submitted', tenant_id: ours, contact_id: 'c', data: { form_id: 'new' } },
      { receivedAt: new Date(), now: new Date(), fallbackId: () => 'event' },
    );
    expect(envelope.kind === 'event' && index.couldReach(envelope.event)).toBe(true);
    await Promise.all(batches);
  });

  it('on a server that was started anew, or on another one, it looks at everything afresh', async () => {
    const [app, sql] = [await connect(database.appUrl), await owner()];
    const [stays, goes] = [await tenant(sql), await tenant(sql)];
    const asked: unknown[] = [];
    const started: { server?: string } = {};
    const way: Way = async (ask) => (await ask()).map((row) => ({ ...row, ...started }));
    const changes = new GoalChanges(dbOf(app, asked, way));
    await changes.look();
    await changes.look();
    started.server = 'later';
    await sql.query('DELETE FROM tenants WHERE id = $1', [goes]);
    expect([...(await changes.look()).keys()]).toEqual([stays]);
    await changes.look();
    expect(asked.map((since) => since === 0)).toEqual([true, false, false, true, false]);
  });

  it('costs the same for any number of tenants, also of those that were copied from a server with higher numbers', async () => {
    const [app, sql] = [await connect(database.appUrl), await owner()];
    // Plans are kept that were made while reading all of it was the cheapest.
    await tenant(sql);
    await sql.query('ANALYZE tenants');
    for (let looks = 0; looks < 10; looks += 1) await new GoalChanges(dbOf(app)).look();
    await sql.query(`INSERT INTO tenants (id, name, created_at, updated_at, goals_changed_in)
      SELECT gen_random_uuid(), 'shop', now(), now(), (1000000000 + n)::text::xid8 FROM generate_series(1, 5000) n`);
    const changes = new GoalChanges(dbOf(app));
    expect((await changes.look()).size).toBe(5001);
    const id = await tenant(sql);
    const read = async () => {
      const { rows } = await app.query<{ all: number; some: number }>(
        `SELECT seq_tup_read::int AS all, idx_tup_fetch::int AS some FROM pg_stat_xact_user_tables WHERE relname = 'tenants'`,
      );
      return rows[0] ?? { all: NaN, some: NaN };
    };
    await app.query('BEGIN');
    const before = await read();
    expect((await changes.look()).get(id)).toBeLessThan(1_000_000_000);
    const after = await read();
    expect(after.all - before.all).toBe(0);
    // Both that were made here: another database of the server may have a transaction under way that is older than they are.
    expect(after.some - before.some).toBeLessThanOrEqual(2);
  });
});
