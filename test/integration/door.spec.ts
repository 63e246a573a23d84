import { rm } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import type { Pool } from 'pg';
import { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import { ensureMember, ensureTenant } from '#infrastructure/local/members';
import { migrationSource } from '#infrastructure/database/data-source';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { Turns } from '#infrastructure/limits/turns';
import { startPostgres, type LocalPostgres } from '#infrastructure/local/local-postgres';
import { OperationsServer } from '#infrastructure/observability/operations-server';
import { eventually, TestApp, type Tenant } from '../support/app';
import { scratchFolder } from '../support/scratch-folder';
import { Do, doorOf } from './support/in-door';

const REFUSED = conflict('test.refused', 'No.');

let app: TestApp;
let tenant: Tenant;
let actor: Actor;
let door: Door;
let db: Database;

const poolOf = (of: TestApp): Pool => (of.nest.get(DataSource).driver as unknown as { master: Pool }).master;

/** Connections lent out at this moment, and those waiting for one. */
const lent = (): number => poolOf(app).totalCount - poolOf(app).idleCount + poolOf(app).waitingCount;

beforeAll(async () => {
  // No worker's own statements: they would borrow connections of their own accord.
  app = await TestApp.start({ DB_POOL_SIZE: '3' });
  tenant = await app.tenant();
  actor = Actor.member(tenant.id, tenant.userId, 'Owner');
  door = doorOf(app);
  db = app.nest.get(Database);
});
afterAll(() => app.stop());

const send = <T>(work: () => Promise<Result<T>>): Promise<Result<T>> => door.send(new Do(actor, work));

const put = (id: string): Promise<unknown> =>
  db.query(
    `INSERT INTO catalog_entries (tenant_id, kind, external_id, created_at, updated_at) VALUES ($1, 'tags', $2, now(), now())`,
    [tenant.id, id],
  );

const isThere = async (id: string): Promise<boolean> =>
  (await app.rows('SELECT 1 FROM catalog_entries WHERE external_id = $1', [id])).length > 0;

describe('A door', () => {
  it('takes no connection as long as no statement runs', async () => {
    const connect = jest.spyOn(poolOf(app), 'connect');
    expect(await send(async () => ok(7))).toEqual(ok(7));
    expect(await send(async () => err(REFUSED))).toEqual(err(REFUSED));
    expect(connect).not.toHaveBeenCalled();
    connect.mockRestore();
  });

  it('runs all statements of a request in one transaction of the actor’s tenant', async () => {
    const rows = await send(async () => {
      const read = () =>
        db.query(`SELECT pg_current_xact_id()::text AS x, current_setting('app.tenant_ids') AS tenants`);
      return ok([...(await read()), ...(await read())]);
    });
    if (!rows.ok) throw new Error('refused');
    expect(rows.value[0]).toEqual(rows.value[1]);
    expect(rows.value[0]).toMatchObject({ tenants: tenant.id });
  });

  it('commits when the answer is ok, and only then', async () => {
    let seenInside = true;
    await expect(
      send(async () => {
        await put('committed');
        seenInside = await isThere('committed');
        return done;
      }),
    ).resolves.toEqual(done);
    expect([seenInside, await isThere('committed')]).toEqual([false, true]);
  });

  it('rolls back when the answer is err', async () => {
    expect(await send(async () => (await put('refused'), err(REFUSED)))).toEqual(err(REFUSED));
    expect(await isThere('refused')).toBe(false);
  });

  it('rolls back when something throws, and passes it on', async () => {
    const failure = new Error('a bug');
    const work = async () => {
      await put('thrown');
      throw failure;
    };
    await expect(send(work)).rejects.toBe(failure);
    expect(await isThere('thrown')).toBe(false);
  });

  it('lets a command that a handler sends run in the transaction it finds', async () => {
    const outer = await send(async () => {
      await put('outer');
      const inner = await send(async () =>
        ok((await db.query(`SELECT 1 FROM catalog_entries WHERE external_id = 'outer'`)).length),
      );
      expect(inner).toEqual(ok(1));
      return err(REFUSED);
    });
    expect([outer, await isThere('outer')]).toEqual([err(REFUSED), false]);
  });

  it('rolls the whole back when an inner command is refused', async () => {
    const result = await send(async () => {
      await put('before the inner one');
      return send(async () => err(REFUSED));
    });
    expect(result).toEqual(err(REFUSED));
    expect(await isThere('before the inner one')).toBe(false);
  });

  it('does not commit when a handler overlooks that an inner command was refused', async () => {
    const work = async () => {
      await put('overlooked');
      await send(async () => err(REFUSED)).then(() => undefined);
      return done;
    };
    await expect(send(work)).rejects.toThrow('overlooked');
    expect(await isThere('overlooked')).toBe(false);
  });

  it('does not take the commit of a failed transaction for one', async () => {
    const work = async () => {
      await put('lost');
      await db.query('SELECT 1 / 0').catch(() => undefined);
      return done;
    };
    await expect(send(work)).rejects.toThrow('nothing is committed');
    expect(await isThere('lost')).toBe(false);
  });

  it('is refused a connection as the pool refuses one, where none comes in time', async () => {
    const work = new UnitOfWork(actor, app.nest.get(DataSource), new Turns(0, 20));
    await expect(work.runner()).rejects.toMatchObject({ code: 'DB_POOL_TIMEOUT' });
  });

  it('lets a tenant that asks for much wait for itself, and not the others for it', async () => {
    const other = await app.tenant();
    const order: string[] = [];
    const asked = (who: Tenant, name: string) =>
      door.send(
        new Do(Actor.member(who.id, who.userId, 'Owner'), async () => {
          await db.query('SELECT pg_sleep(0.05)');
          return ok(order.push(name));
        }),
      );
    const many = Array.from({ length: 12 }, () => asked(tenant, 'much'));
    const answers = await Promise.all([...many, asked(other, 'little')]);
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(order.indexOf('little')).toBeLessThan(6);
    expect(lent()).toBe(0);
  });

  it('runs what is left to the commit in its order, after everything else', async () => {
    const append = (letter: string): void => {
      db.atCommit(
        `UPDATE catalog_entries SET name = coalesce(name, '') || $2 WHERE tenant_id = $1 AND external_id = 'order'`,
        [tenant.id, letter],
      );
    };
    const inOrder = async () => {
      append('b');
      append('c');
      await put('order');
      await db.query(`UPDATE catalog_entries SET name = 'a' WHERE tenant_id = $1 AND external_id = 'order'`, [
        tenant.id,
      ]);
      return done;
    };
    expect(await send(inOrder)).toEqual(done);
    expect(await app.rows(`SELECT name FROM catalog_entries WHERE external_id = 'order'`)).toEqual([{ name: 'abc' }]);
  });

  it('begins for what is left to the commit where nothing else has', async () => {
    const work = (): Promise<Result<void>> => {
      db.atCommit(
        `INSERT INTO catalog_entries (tenant_id, kind, external_id, created_at, updated_at) VALUES ($1, 'tags', 'alone', now(), now())`,
        [tenant.id],
      );
      return Promise.resolve(done);
    };
    expect(await send(work)).toEqual(done);
    expect(await isThere('alone')).toBe(true);
  });

  it('commits nothing when what is left to the commit fails, says why, and keeps the connection', async () => {
    const pid = async () => {
      const rows = await send(async () => ok(await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')));
      return rows.ok ? rows.value[0]?.pid : undefined;
    };
    const before = await pid();
    const work = async () => {
      db.atCommit('SELECT 1 / $1::integer', [0]);
      db.atCommit('SELECT 1', []);
      await put('with a bad end');
      return done;
    };
    await expect(send(work)).rejects.toMatchObject({ code: '22012' });
    expect(await isThere('with a bad end')).toBe(false);
    expect([await pid(), lent()]).toEqual([before, 0]);
  });

  it('leaves nothing to the commit of what was rolled back', async () => {
    const work = async () => {
      db.atCommit('SELECT 1 / $1::integer', [0]);
      await put('given up');
      return err(REFUSED);
    };
    expect(await send(work)).toEqual(err(REFUSED));
  });

  it('peeks by itself and for no tenant as long as no statement runs, and inside the transaction afterwards', async () => {
    const PEEK = `SELECT pg_backend_pid() AS pid, current_setting('app.tenant_ids', true) AS tenants`;
    const peek = () => db.peek<{ pid: number; tenants: string | null }>(PEEK, []);
    const seen: ({ pid: number; tenants?: string | null } | undefined)[] = [];
    const peeked = await send(async () => {
      seen.push((await peek())[0]);
      seen.push((await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]);
      seen.push((await peek())[0]);
      return done;
    });
    const [before, inside, after] = seen;
    expect(peeked).toEqual(done);
    expect(before?.tenants ?? '').toBe('');
    expect(after).toEqual({ pid: inside?.pid, tenants: tenant.id });
    expect(lent()).toBe(0);
    await expect(send(async () => ok(await db.peek('SELECT 1 / $1::integer', [0])))).rejects.toThrow('division');
    expect(lent()).toBe(0);
  });

  it('sees fewer tenants where it is told so, and never others', async () => {
    const others = await app.tenant();
    const both = Actor.system([tenant.id, others.id]);
    const seen = await door.send(
      new Do(both, async () => {
        await db.narrow([others.id]);
        return ok(await db.query(`SELECT id FROM tenants`));
      }),
    );
    expect(seen).toEqual(ok([{ id: others.id }]));
    await expect(send(async () => (await db.narrow([others.id]), done))).rejects.toThrow('more than its actor');
  });

  it('does what is to be done after the commit after it, and never after a roll-back', async () => {
    const seen: string[] = [];
    const later = (id: string) => {
      db.afterCommit(async () => void seen.push(`${id} ${String(await isThere(id))}`));
    };
    const answers = [
      await send(async () => (await put('after'), later('after'), done)),
      await send(async () => (await put('never'), later('never'), err(REFUSED))),
    ];
    const bug = () => (later('never'), Promise.reject(new Error('a bug')));
    await expect(send(bug)).rejects.toThrow('a bug');
    expect(answers).toEqual([done, err(REFUSED)]);
    expect(seen).toEqual(['after true']);
  });

  it('tells no caller of a failure after the commit, and does the rest', async () => {
    const seen: string[] = [];
    const result = await send(async () => {
      await put('done all the same');
      db.afterCommit(() => Promise.reject(new Error('Redis is away')));
      db.afterCommit(async () => void seen.push('the rest'));
      return done;
    });
    expect([result, seen, await isThere('done all the same')]).toEqual([done, ['the rest'], true]);
  });

  it('keeps requests at the same time apart', async () => {
    const others: Tenant[] = [];
    while (others.length < 12) others.push(await app.tenant());
    const seen = await Promise.all(
      others.map(({ id, userId }) =>
        door.send(
          new Do(Actor.member(id, userId, 'Owner'), async () => {
            await db.query('SELECT pg_sleep(0.005)');
            return ok(await db.query<{ id: string }>('SELECT id FROM tenants'));
          }),
        ),
      ),
    );
    expect(seen).toEqual(others.map(({ id }) => ok([{ id }])));
  });

  it('leaves no tenant behind on a connection', async () => {
    expect(await send(async () => ok(await db.query('SELECT 1 AS one')))).toEqual(ok([{ one: 1 }]));
    for (let n = 0; n < 3; n += 1) {
      const rows = await app.nest
        .get(DataSource)
        .query<{ left: string | null }[]>(`SELECT nullif(current_setting('app.tenant_ids', true), '') AS left`);
      expect(rows).toEqual([{ left: null }]);
    }
  });

  it('refuses to be gone around: outside of it there is no database', async () => {
    await expect(db.query('SELECT 1')).rejects.toThrow('through a door');
  });

  it('gives every connection back', async () => {
    await eventually(
      async () => lent(),
      (count) => count === 0,
    );
    const held = await app.rows(
      `SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND usename = 'goal_service_app' AND state LIKE 'idle in%'`,
    );
    expect(held).toEqual([]);
  });

  it('gives a connection back whose server side was ended in the middle, and the next request gets another', async () => {
    const work = async () => {
      const [row] = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await app.rows('SELECT pg_terminate_backend($1)', [row?.pid]);
      return ok(await db.query('SELECT 1'));
    };
    await expect(send(work)).rejects.toThrow();
    expect(await send(async () => ok(await db.query('SELECT 1 AS one')))).toEqual(ok([{ one: 1 }]));
    await eventually(
      async () => lent(),
      (count) => count === 0,
    );
  });
});

describe('When PostgreSQL is away', () => {
  let folder: string;
  let postgres: LocalPostgres;
  let own: TestApp;
  let stranger: Tenant;

  beforeAll(async () => {
    folder = await scratchFolder('door');
    postgres = await startPostgres(folder, { durable: false });
    const source = await migrationSource(postgres.ownerUrl).initialize();
    await source.runMigrations();
    await source.destroy();
    own = await TestApp.start({ DATABASE_URL: postgres.appUrl });
    stranger = await app.tenant();
    const { id: tenantId, userId } = stranger;
    await ensureTenant(postgres.appUrl, tenantId, 'stranger');
    await ensureMember(postgres.appUrl, { tenantId, userId, role: 'Owner' });
  });
  afterAll(async () => {
    await own.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const list = () => own.ask('GET', '/workflows', { token: stranger.token.Owner });

  it('answers 503 with Retry-After as a problem, and goes on by itself when it is back', async () => {
    expect((await list()).status).toBe(200);
    const operations = await own.nest.get(OperationsServer).listen();
    await postgres.stop();
    const [read, written, events] = await Promise.all([
      list(),
      own.ask('POST', '/workflows', { token: stranger.token.Owner, body: { name: 'Away' } }),
      own.ask('POST', '/events', {
        token: stranger.token.Owner,
        body: { event_type: 'payment.completed', contact_id: 'c', data: { amount: '1' } },
      }),
    ]);
    for (const answer of [read, written, events]) {
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', 'content-type': expect.stringContaining('application/problem+json') as string },
        body: { code: 'unavailable', type: 'urn:problem:unavailable' },
      });
      expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|postgres/i);
    }
    // What needs no database is answered.
    expect((await own.ask('GET', '//health/live')).status).toBe(200);
    expect((await own.ask('GET', '/workflows')).status).toBe(401);
    for (const path of ['//health', '//health/ready'])
      expect(await own.ask('GET', path)).toMatchObject({
        ...{ status: 503, headers: { 'retry-after': '5' } },
        body: {
          ...{ status: 'unhealthy', database_connected: false },
          details: { migrations: { state: 'down', detail: 'PostgreSQL does not answer' } },
        },
      });
    const watched = await fetch(`http://127.0.0.1:${String(operations)}/health`);
    expect([watched.status, watched.headers.get('retry-after')]).toEqual([503, '5']);
    postgres = await startPostgres(folder, { durable: false });
    await eventually(list, ({ status }) => status === 200);
  });
});
