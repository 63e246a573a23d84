import { setTimeout as sleep } from 'node:timers/promises';
import { CacheServer } from '#infrastructure/redis/cache-server';
import { TestApp } from '../support/app';
import { cacheIsThere, letCommitsTake, outcomesOf } from '../support/cache';
import { Numbers } from './support/numbers';

const NUMBERS = 40;
const WAIT_MS = 600;
const RUN_MS = 12_000;
/** Longer than a commit may take: a load that began before a change then ends when its writer is passed over. */
const SLOW_MS = 800;

const upTo = (most: number): number => Math.floor(Math.random() * most);

/** Makes the moments around a commit long enough to be met, and never as long as a commit may take. */
const dawdle = (app: TestApp): void => {
  const server = app.nest.get(CacheServer);
  const mark = server.mark.bind(server);
  jest.spyOn(server, 'mark').mockImplementation(async (...args) => {
    await sleep(upTo(20));
    const isMarked = await mark(...args);
    await sleep(upTo(20));
    return isMarked;
  });
};

describe('With readers and writers in two instances, and a Redis that is flushed', () => {
  let apps: readonly TestApp[];
  let worlds: readonly Numbers[];
  const names = Array.from({ length: NUMBERS }, (_, n) => `n-${String(n)}`);
  /** The highest number of each that was ever answered to anybody. */
  const answered = new Map(names.map((name) => [name, 0]));
  /** Numbers that are being raised: what can go wrong goes wrong with them. */
  const raising: string[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    const first = await TestApp.start();
    const second = await TestApp.start({ DATABASE_URL: first.database.appUrl, REDIS_URL: first.redisUrl });
    apps = [first, second];
    const { id } = await first.tenant();
    worlds = apps.map((app) => new Numbers(app, id));
    for (const app of apps) {
      await cacheIsThere(app);
      letCommitsTake(app, WAIT_MS);
      dawdle(app);
    }
    for (const name of names) await worlds[0]?.make(name);
  });
  afterAll(() => Promise.all(apps.map((app) => app.stop())));

  /** Nobody is answered less than anybody had been answered when he asked. */
  const judged = async (who: string, name: string, ask: Promise<number | null>): Promise<void> => {
    const least = answered.get(name) ?? 0;
    const number = (await ask) ?? -1;
    if (number < least) broken.push(`${who}: ${String(number)} of ${name} after ${String(least)}`);
    answered.set(name, Math.max(number, answered.get(name) ?? 0));
  };

  it('nobody reads less than was answered to anybody before', async () => {
    const end = performance.now() + RUN_MS;
    const again = async (
      pauseMs: number,
      name: () => string,
      act: (name: string) => Promise<unknown>,
    ): Promise<void> => {
      while (performance.now() < end && broken.length === 0) {
        await act(name());
        await sleep(upTo(pauseMs));
      }
    };
    const any = () => names[upTo(NUMBERS)] ?? '';
    const raised = () => (Math.random() < 0.7 ? raising[upTo(raising.length)] : undefined) ?? any();
    const raise = async (world: Numbers, name: string) => {
      raising.push(name);
      return world.raise(name).finally(() => raising.splice(raising.indexOf(name), 1));
    };
    const slowly = () => sleep(Math.random() < 0.1 ? SLOW_MS : 0);
    const parts = worlds.flatMap((world, n) => [
      ...Array.from({ length: 2 }, () =>
        again(150, any, (name) => judged(`writer ${String(n)}`, name, raise(world, name))),
      ),
      ...Array.from({ length: 12 }, () =>
        again(10, raised, (name) => judged(`cached reader ${String(n)}`, name, world.cached(name, slowly))),
      ),
      ...Array.from({ length: 2 }, () =>
        again(10, raised, (name) => judged(`direct reader ${String(n)}`, name, world.direct(name))),
      ),
    ]);
    const { hit } = await outcomesOf('number', () =>
      Promise.all([...parts, again(6000, any, async () => apps[0]?.redis.flushdb())]),
    );
    expect(broken).toEqual([]);
    // Otherwise nothing was shown.
    expect(hit).toBeGreaterThan(20);
    expect(Math.max(...answered.values())).toBeGreaterThan(0);
  }, 60_000);
});
