import { setTimeout as sleep } from 'node:timers/promises';
import { ClsServiceManager } from 'nestjs-cls';
import { register } from 'prom-client';
import { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { err } from '#domain/shared/result';
import { Database } from '#adapters/shared/persistence/database';
import type { Scope } from '#infrastructure/context/scope';
import { CacheServer } from '#infrastructure/redis/cache-server';
import { eventually, TestApp } from '../support/app';
import { BYPASS, cacheIsThere, HIT, letCommitsTake, MISS, outcomesOf } from '../support/cache';
import { Numbers, statementsOf } from './support/numbers';

let app: TestApp;
let numbers: Numbers;
let named = 0;

/** A number of its own for a test. */
const fresh = async (of = numbers): Promise<string> => {
  const name = `n-${String((named += 1))}`;
  await of.make(name);
  return name;
};

const outcomes = (work: () => Promise<unknown>) => outcomesOf('number', work);

beforeAll(async () => {
  app = await TestApp.start();
  numbers = new Numbers(app, (await app.tenant()).id);
  await cacheIsThere(app);
});
beforeEach(() => letCommitsTake(app, 0));
afterAll(() => app.stop());

describe('The cache', () => {
  it('answers the second read without a transaction, and without a statement', async () => {
    const name = await fresh();
    expect(await outcomes(() => numbers.cached(name))).toEqual(MISS);
    const statements = await statementsOf(numbers.tenantId, async () => {
      expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(0))).toEqual(HIT);
    });
    // The generation may have got two seconds old on the way.
    expect(statements.filter((text) => text.includes('catalog_entries'))).toEqual([]);
    expect(await statementsOf(numbers.tenantId, () => numbers.direct(name))).toHaveLength(2);
  });

  it('answers what was changed as soon as the change was answered', async () => {
    const name = await fresh();
    for (let n = 0; n < 5; n += 1) {
      await numbers.cached(name);
      expect(await numbers.cached(name)).toBe(n);
      expect(await numbers.raise(name)).toBe(n + 1);
      expect(await numbers.cached(name)).toBe(n + 1);
    }
  });

  it('lets what else is cached stay', async () => {
    const [one, other] = [await fresh(), await fresh()];
    await numbers.cached(one);
    await numbers.cached(other);
    await numbers.raise(one);
    expect(await outcomes(() => numbers.cached(other))).toEqual(HIT);
  });

  it('keeps an answer that reads any of a kind as long as none of them changes', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const any = () => numbers.query(() => numbers.kept(one, () => numbers.row(one), { reads: ['task'] }));
    await any();
    expect(await outcomes(any)).toEqual(HIT);
    await numbers.raise(other);
    expect(await outcomes(any)).toEqual(MISS);
  });

  it('does not keep that there is nothing', async () => {
    expect(await outcomes(() => numbers.cached('nothing'))).toEqual(MISS);
    expect(await outcomes(() => numbers.cached('nothing'))).toEqual(MISS);
    expect(await numbers.cached('nothing')).toBeNull();
  });

  it('is off for what may be kept for no time', async () => {
    const name = await fresh();
    const off = () => numbers.query(() => numbers.kept(name, () => numbers.row(name), { seconds: 0 }));
    await off();
    expect(await outcomes(off)).toEqual(BYPASS);
    expect(await app.redis.keys(`*${numbers.tenantId}*value*${name}`)).toEqual([]);
  });

  it('forgets after the time it was told', async () => {
    const name = await fresh();
    await numbers.query(() => numbers.kept(name, () => numbers.row(name), { seconds: 1800 }));
    const keys = await eventually(
      () => app.redis.keys(`*{${numbers.tenantId}}*value*${name}`),
      ({ length }) => length > 0,
    );
    expect(keys).toHaveLength(1);
    const life = await app.redis.ttl(keys[0] ?? '');
    expect([life > 0, life <= 1800]).toEqual([true, true]);
  });

  it('shows no tenant what is another’s, in the key and before it', async () => {
    const others = new Numbers(app, (await app.tenant()).id);
    const name = await fresh();
    await others.make(name);
    await numbers.raise(name);
    await numbers.cached(name);
    expect(await numbers.cached(name)).toBe(1);
    expect(await others.cached(name)).toBe(0);
    // Asked for by a stranger, a value that is there is not looked for: the database has the say, and shows nothing.
    const strangers = () => numbers.query(() => numbers.kept(name, () => numbers.row(name)), others.actor);
    expect(await strangers()).toBeNull();
    expect(await outcomes(strangers)).toEqual(BYPASS);
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
  });

  it('is neither read nor filled by a command', async () => {
    const name = await fresh();
    const inCommand = () => numbers.command(() => numbers.kept(name, () => numbers.row(name)));
    expect(await outcomes(inCommand)).toEqual(BYPASS);
    expect(await outcomes(() => numbers.cached(name))).toEqual(MISS);
    expect(await outcomes(inCommand)).toEqual(BYPASS);
  });

  it('shows a request what it has changed itself, and nobody what was rolled back', async () => {
    const name = await fresh();
    await numbers.cached(name);
    const refused = await numbers.send(async () => {
      await numbers.write(name);
      expect(await numbers.kept(name, () => numbers.row(name))).toBe(1);
      // A query in the same transaction is no other request.
      expect(await numbers.cached(name)).toBe(1);
      return err(conflict('test.refused', 'No.'));
    });
    expect(refused.ok).toBe(false);
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(0))).toEqual(HIT);
  });

  it('is not used by a query any more once it has sent a command', async () => {
    const name = await fresh();
    await numbers.cached(name);
    await numbers.query(async () => {
      await numbers.command(() => numbers.row(name));
      expect(await outcomes(() => numbers.cached(name))).toEqual(BYPASS);
      await numbers.raise(name);
      expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(1))).toEqual(BYPASS);
    });
    expect(await numbers.cached(name)).toBe(1);
  });

  it('loads once for fifty who miss at once', async () => {
    const name = await fresh();
    let loads = 0;
    const read = () =>
      numbers.query(() =>
        numbers.kept(name, async () => {
          loads += 1;
          await sleep(20);
          return numbers.row(name);
        }),
      );
    const answers = await Promise.all(Array.from({ length: 50 }, read));
    expect([new Set(answers), loads]).toEqual([new Set([0]), 1]);
  });

  it('lets each load by itself when the one load for all fails', async () => {
    const name = await fresh();
    let loads = 0;
    const read = () =>
      numbers.query(() =>
        numbers.kept(name, async () => {
          loads += 1;
          const isFirst = loads === 1;
          await sleep(20);
          if (isFirst) throw new Error('the first one fails');
          return numbers.row(name);
        }),
      );
    const answers = await Promise.allSettled(Array.from({ length: 5 }, read));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<string>(4).fill('fulfilled'), 'rejected']);
    expect(loads).toBe(5);
    expect(await outcomes(() => numbers.cached(name))).toEqual(MISS);
  });

  it('names a tenant’s things one by one up to a thousand, and then all of them', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const change = (things: number) =>
      numbers.command(async () => {
        await numbers.write(one);
        const names = Array.from({ length: things }, (_, n) => `task:${String(n)}` as const);
        app.nest.get(Database).changed(numbers.tenantId, names);
      });
    await numbers.cached(other);
    await change(900);
    expect(await outcomes(() => numbers.cached(other))).toEqual(HIT);
    await change(1100);
    expect(await outcomes(() => numbers.cached(other))).toEqual(MISS);
    expect(await numbers.cached(one)).toBe(2);
  });

  it('leaves nothing in Redis of a change of what nobody has asked for', async () => {
    const name = await fresh();
    await numbers.raise(name);
    expect(await app.redis.keys(`*thing:task:${name}`)).toEqual([]);
  });

  it('keeps nothing while the commit of a change is under way, and again as soon as it is done', async () => {
    const name = await fresh();
    await numbers.cached(name);
    letCommitsTake(app, 60_000);
    const seen: unknown[] = [];
    const server = app.nest.get(CacheServer);
    const mark = server.mark.bind(server);
    const spy = jest.spyOn(server, 'mark').mockImplementationOnce(async (...args) => {
      const isMarked = await mark(...args);
      const apart = () => ClsServiceManager.getClsService().runWith({}, () => numbers.cached(name));
      seen.push(await outcomes(apart));
      return isMarked;
    });
    await numbers.raise(name);
    spy.mockRestore();
    expect(seen).toEqual([BYPASS]);
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(1))).toEqual(MISS);
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(1))).toEqual(HIT);
  });

  it('keeps nothing from an announcement on until the commit, which tells of what came after it', async () => {
    const [name, later] = [await fresh(), await fresh()];
    letCommitsTake(app, 60_000);
    const mark = jest.spyOn(app.nest.get(CacheServer), 'mark');
    const seen: unknown[] = [];
    await numbers.raise(name, async () => {
      app.nest.get(Database).announce();
      const apart = () => ClsServiceManager.getClsService().runWith({}, () => numbers.cached(name));
      seen.push(await outcomes(apart));
      await numbers.write(later);
    });
    const told = mark.mock.calls.map(([things, , commit]) => [commit, things.map(({ thing }) => thing)]);
    mark.mockRestore();
    expect(seen).toEqual([BYPASS]);
    expect(told).toEqual([
      ['to come', ['task', `task:${name}`]],
      ['to come', [`task:${later}`]],
      ['done', ['task', `task:${name}`, `task:${later}`]],
    ]);
  });

  it('takes back what was announced when the work is refused or fails', async () => {
    const name = await fresh();
    const announced = async () => {
      await numbers.write(name);
      app.nest.get(Database).announce();
    };
    letCommitsTake(app, 60_000);
    const refused = await numbers.send(async () => (await announced(), err(conflict('test.refused', 'No.'))));
    expect(refused.ok).toBe(false);
    expect(await outcomes(() => numbers.cached(name))).toEqual(MISS);
    const failing = numbers.send(async () => (await announced(), Promise.reject(new Error('it fails'))));
    await expect(failing).rejects.toThrow('it fails');
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(0))).toEqual(MISS);
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
  });

  it('keeps nothing while a writer that died may still have a commit under way', async () => {
    const name = await fresh();
    await numbers.cached(name);
    const thing = { tenantId: numbers.tenantId, thing: `task:${name}` };
    letCommitsTake(app, 300);
    await app.nest.get(CacheServer).mark([thing], 'a writer that dies', 'to come');
    expect(await outcomes(() => numbers.cached(name))).toEqual(BYPASS);
    await sleep(350);
    expect(await outcomes(() => numbers.cached(name))).toEqual(MISS);
  });

  it('keeps nothing of a tenant that Redis has known for less than a commit may take: it may have forgotten a mark', async () => {
    const others = new Numbers(app, (await app.tenant()).id);
    const name = await fresh(others);
    letCommitsTake(app, 300);
    expect(await outcomes(() => others.cached(name))).toEqual(BYPASS);
    await sleep(350);
    expect(await outcomes(() => others.cached(name))).toEqual(MISS);
    expect(await outcomes(() => others.cached(name))).toEqual(HIT);
  });

  it('asks Redis nothing when nothing was changed, or all of it was rolled back', async () => {
    const mark = jest.spyOn(app.nest.get(CacheServer), 'mark');
    await numbers.command(() => numbers.direct('nothing'));
    const refuse = () =>
      numbers.send(async () => {
        await numbers.write('nothing');
        return err(conflict('test.refused', 'No.'));
      });
    expect((await refuse()).ok).toBe(false);
    const idempotent = { key: 'k', hash: 'h', taken: false, replayed: false };
    expect((await ClsServiceManager.getClsService<Scope>().runWith({ requestId: null, idempotent }, refuse)).ok).toBe(
      false,
    );
    expect(await app.rows('SELECT answer FROM idempotency_keys WHERE tenant_id = $1', [numbers.tenantId])).toHaveLength(
      1,
    );
    expect(mark).not.toHaveBeenCalled();
    await numbers.raise('nothing');
    expect(mark).toHaveBeenCalledTimes(2);
    mark.mockRestore();
  });

  it('believes nothing about what a commit in doubt may still change', async () => {
    const name = await fresh();
    await numbers.cached(name);
    const commit = numbers.raise(name, async () => {
      const [row] = await app.nest.get(Database).query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await app.rows('SELECT pg_terminate_backend($1)', [row?.pid]);
    });
    await expect(commit).rejects.toThrow();
    // Neither at once nor when the marks of before the commit are past.
    expect(await outcomes(() => numbers.cached(name))).toEqual(BYPASS);
    await numbers.raise(name);
    expect(await outcomes(() => numbers.cached(name))).toEqual(BYPASS);
  });

  it('goes on at once when the server says that nothing was committed', async () => {
    const name = await fresh();
    await numbers.cached(name);
    const commit = numbers.raise(name, () => {
      app.nest.get(Database).atCommit('SELECT 1 / $1::integer', [0]);
      return Promise.resolve();
    });
    await expect(commit).rejects.toMatchObject({ code: '22012' });
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(0))).toEqual(MISS);
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
  });

  it('lends out no connection to a read that holds the last one', async () => {
    const own = await TestApp.start({ DB_POOL_SIZE: '2' });
    letCommitsTake(own, 0);
    const few = new Numbers(own, (await own.tenant()).id);
    const name = await fresh(few);
    const reads = Array.from({ length: 8 }, () =>
      few.query(async () => {
        await few.row(name);
        await sleep(10);
        return few.kept(name, () => few.row(name));
      }),
    );
    expect(new Set(await Promise.all(reads))).toEqual(new Set([0]));
    await own.stop();
  });

  it('can be watched at /metrics', async () => {
    await numbers.cached(await fresh());
    const text = await register.metrics();
    expect(text).toMatch(/goal_cache_reads_total\{kind="number",outcome="miss"\} \d+/);
    expect(text).toMatch(/goal_cache_unmarked_changes_total \d+/);
  });

  it('believes nobody but the actor’s own tenants in a batch of several', async () => {
    const others = new Numbers(app, (await app.tenant()).id);
    const both = Actor.system([numbers.tenantId, others.tenantId]);
    const name = await fresh();
    await others.make(name);
    await Promise.all([numbers.cached(name), others.cached(name)]);
    await numbers.query(async () => {
      expect(await numbers.kept(name, () => numbers.row(name))).toBe(0);
      expect(await others.kept(name, () => others.row(name))).toBe(0);
    }, both);
    expect(await outcomes(() => others.cached(name))).toEqual(HIT);
  });
});
