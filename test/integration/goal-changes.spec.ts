import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Database } from '#adapters/shared/persistence/database';
import { GoalChanges, goalsChanged } from '#adapters/workflows/persistence/goal-changes';
import { readers } from '#infrastructure/database/data-source';
import { freshDatabase, type TestDatabase } from '../support/database';

type Rows = Record<string, unknown>[];
type Way = (ask: () => Promise<Rows>) => Promise<Rows>;

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
      query: async (sql: string, parameters: unknown[]) => (await client.query(sql, parameters)).rows as Rows,
      prepared: (sql: string, parameters: unknown[]) => {
        asked.push(parameters[0]);
        return way(async () => (await client.query(sql, parameters)).rows as Rows);
      },
    }) as unknown as Database;
  const tenant = async (sql: Client): Promise<string> => {
    const id = randomUUID();
    await sql.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [id]);
    return id;
  };
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
    const held: (() => void)[] = [];
    let holds = false;
    const way: Way = async (ask) => {
      const hold = holds;
      holds = false;
      const answer = await ask();
      if (hold) await new Promise<void>((release) => held.push(release));
      return answer;
    };
    const changes = new GoalChanges(dbOf(app, [], way));
    await changes.look();
    await change(sql, id);
    holds = true;
    const late = changes.look();
    while (held.length === 0) await new Promise(setImmediate);
    await change(sql, id);
    const made = await tenant(sql);
    const told = new Map(await changes.look());
    held[0]?.();
    expect((await late).has(made)).toBe(true);
    expect(new Map(await changes.look())).toEqual(told);
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
    expect({ all: after.all - before.all, some: after.some - before.some }).toEqual({ all: 0, some: 1 });
  });
});
