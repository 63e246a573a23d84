import { setTimeout as sleep } from 'node:timers/promises';
import { ClsServiceManager } from 'nestjs-cls';
import { register } from 'prom-client';
import { Redis } from 'ioredis';
import { CacheServer } from '#infrastructure/redis/cache-server';
import { eventually, TestApp } from '../support/app';
import { BYPASS, cacheIsThere, HIT, letCommitsTake, MISS, outcomesOf } from '../support/cache';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { Proxy } from '../support/proxy';
import { Numbers } from './support/numbers';

/** What is done at one of the moments of a change. */
interface Moments {
  readonly beforeCommit?: () => Promise<unknown>;
  readonly afterCommit?: () => Promise<unknown>;
}

let redis: PrivateRedis;
let client: Redis;
let proxy: Proxy;
/** Its way to Redis can be cut; `other` works on the same database and the same Redis. */
let app: TestApp;
let other: TestApp;
let numbers: Numbers;
let others: Numbers;
let name: string;
let named = 0;

const outcomes = (work: () => Promise<unknown>) => outcomesOf('number', work);

const unmarked = async (): Promise<number> => {
  const metric = await register.getSingleMetric('goal_cache_unmarked_changes_total')?.get();
  return metric?.values[0]?.value ?? 0;
};

beforeAll(async () => {
  redis = await privateRedis();
  client = new Redis(redis.url);
  // It is killed with the server, and comes back with it.
  client.on('error', () => undefined);
  proxy = await Proxy.before(redis.url);
  app = await TestApp.start({ REDIS_URL: proxy.url });
  other = await TestApp.start({ REDIS_URL: redis.url, DATABASE_URL: app.database.appUrl });
  const { id } = await app.tenant();
  [numbers, others] = [new Numbers(app, id), new Numbers(other, id)];
});
beforeEach(async () => {
  for (const each of [app, other]) letCommitsTake(each, 0);
  name = `n-${String((named += 1))}`;
  await numbers.make(name);
});
afterEach(() => {
  jest.restoreAllMocks();
  proxy.mend();
});
afterAll(async () => {
  await Promise.all([app.stop(), other.stop()]);
  client.disconnect();
  await proxy.stop();
  await redis.stop();
});

/** Changes and reads again and again; every read is right. */
const isRight = async (of = numbers): Promise<void> => {
  for (let n = 0; n < 5; n += 1) {
    const raised = await of.raise(name);
    expect(await Promise.all([of.cached(name), of.cached(name)])).toEqual([raised, raised]);
    expect(await of.cached(name)).toBe(raised);
  }
};

/** Redis is found again, and what is kept from now on is found again too. */
const isBack = async (of = numbers): Promise<void> => {
  const hits = () =>
    outcomes(async () => {
      await of.cached(name);
      await of.cached(name);
    });
  await eventually(hits, ({ hit }) => hit > 0);
  await isRight(of);
};

/** As somebody else: not as a part of the request in hand. */
const apart = <T>(work: () => Promise<T>): Promise<T> => ClsServiceManager.getClsService().runWith({}, work);

/** Does something between the mark before a commit and the commit, or between the commit and the mark after it. */
const at = ({ beforeCommit, afterCommit }: Moments, of = app): void => {
  const server = of.nest.get(CacheServer);
  const mark = server.mark.bind(server);
  let calls = 0;
  jest.spyOn(server, 'mark').mockImplementation(async (...args) => {
    calls += 1;
    if (calls === 2 && afterCommit) await apart(afterCommit);
    const isMarked = await mark(...args);
    if (calls === 1 && beforeCommit) await apart(beforeCommit);
    return isMarked;
  });
};

describe('The cache is slower and never wrong', () => {
  it('when Redis is not there from the start, and when it comes', async () => {
    proxy.cut();
    const early = await TestApp.start({ REDIS_URL: proxy.url, DATABASE_URL: app.database.appUrl });
    letCommitsTake(early, 0);
    const its = new Numbers(early, numbers.tenantId);
    const before = await unmarked();
    await isRight(its);
    expect(await outcomes(() => its.cached(name))).toEqual(BYPASS);
    expect((await unmarked()) - before).toBe(5);
    proxy.mend();
    await isBack(its);
    const marked = await unmarked();
    await its.raise(name);
    expect(await unmarked()).toBe(marked);
    await early.stop();
  });

  it('when Redis is killed, while it is away, and when it is back', async () => {
    await isBack();
    redis.signal('SIGKILL');
    await isRight();
    await redis.start();
    await isRight();
    await isBack();
  });

  it('when Redis hangs, and when what it was told meanwhile arrives', async () => {
    await isBack();
    redis.signal('SIGSTOP');
    await isRight();
    redis.signal('SIGCONT');
    await isRight();
    await isBack();
  });

  it('when Redis is flushed, and what it kept is not missed', async () => {
    await isBack();
    await client.flushall();
    await isRight();
    await isBack();
  });

  it('when Redis is set back to what it was before a change', async () => {
    await isBack();
    const kept = await numbers.cached(name);
    await sleep(1100);
    const setBack = await redis.remember();
    const raised = await numbers.raise(name);
    expect([await numbers.cached(name), raised]).toEqual([raised, (kept ?? 0) + 1]);
    await setBack();
    await cacheIsThere(app);
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(raised))).toEqual(MISS);
    await isBack();
  });

  it('when Redis may be read but not written, as a replica', async () => {
    await isBack();
    await numbers.cached(name);
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
    await client.replicaof('127.0.0.1', 1);
    expect(await outcomes(() => numbers.cached(name))).toEqual(BYPASS);
    await isRight();
    await client.replicaof('NO', 'ONE');
    await isBack();
  });

  it('when Redis forgets between a mark and the commit: nothing old is kept meanwhile', async () => {
    await isBack();
    for (const each of [app, other]) letCommitsTake(each, 5000);
    const seen: (number | null)[] = [];
    at({
      beforeCommit: async () => {
        await client.flushall();
        seen.push(await numbers.cached(name), await others.cached(name));
      },
      afterCommit: async () => {
        seen.push(await numbers.direct(name), await numbers.cached(name), await others.cached(name));
      },
    });
    const raised = await numbers.raise(name);
    expect(seen).toEqual([raised - 1, raised - 1, raised, raised, raised]);
    expect(await numbers.cached(name)).toBe(raised);
  });

  it('when a read that began before a change ends after it', async () => {
    await isBack();
    let raised = await numbers.raise(name);
    const slow = await numbers.cached(name, async () => {
      raised = await apart(() => others.raise(name));
    });
    expect(slow).toBe(raised - 1);
    expect([await numbers.cached(name), await others.cached(name)]).toEqual([raised, raised]);
  });

  it('when a commit comes later than the mark before it reaches', async () => {
    await isBack();
    at({
      // Tokens may be used at once here: somebody keeps the old number before the commit.
      beforeCommit: async () => {
        await others.cached(name);
        expect(await outcomes(() => others.cached(name))).toEqual(HIT);
      },
    });
    const raised = await numbers.raise(name);
    expect([await numbers.cached(name), await others.cached(name)]).toEqual([raised, raised]);
  });

  it('when Redis goes away between such a commit and the mark after it', async () => {
    await isBack();
    const before = await unmarked();
    at({
      beforeCommit: () => others.cached(name),
      afterCommit: async () => {
        proxy.cut();
        await eventually(
          async () => app.nest.get(CacheServer).isThere,
          (isThere) => !isThere,
        );
      },
    });
    const raised = await numbers.raise(name);
    expect([await unmarked(), await numbers.cached(name)]).toEqual([before + 1, raised]);
    await sleep(2000);
    expect(await others.cached(name)).toBe(raised);
  });

  it('when one instance alone loses Redis: itself at once, and others two seconds later', async () => {
    await isBack();
    await others.cached(name);
    expect(await outcomes(() => others.cached(name))).toEqual(HIT);
    proxy.cut();
    await eventually(
      async () => app.nest.get(CacheServer).isThere,
      (isThere) => !isThere,
    );
    const raised = await numbers.raise(name);
    expect(await numbers.cached(name)).toBe(raised);
    await sleep(2000);
    expect(await others.cached(name)).toBe(raised);
    // A change of the one that has Redis is seen by both, and so by the lonely one when it is back.
    const again = await others.raise(name);
    expect([await numbers.cached(name), await others.cached(name)]).toEqual([again, again]);
    proxy.mend();
    await isBack();
  });

  it('when a single mark fails: the instance itself at once', async () => {
    await isBack();
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
    jest.spyOn(app.nest.get(CacheServer), 'mark').mockResolvedValueOnce(false);
    const raised = await numbers.raise(name);
    expect(await outcomes(async () => expect(await numbers.cached(name)).toBe(raised))).toEqual(MISS);
  });

  it('when an instance that had been told of an older generation changes something', async () => {
    await isBack();
    await others.cached(name);
    proxy.cut();
    await eventually(
      async () => app.nest.get(CacheServer).isThere,
      (isThere) => !isThere,
    );
    // Raises the generation, which the other does not know of yet.
    await numbers.raise(name);
    proxy.mend();
    await cacheIsThere(app);
    await numbers.cached(name);
    expect(await outcomes(() => numbers.cached(name))).toEqual(HIT);
    const raised = await others.raise(name);
    expect(await numbers.cached(name)).toBe(raised);
  });
});
