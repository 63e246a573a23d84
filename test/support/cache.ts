import { register } from 'prom-client';
import { CacheServer } from '#infrastructure/redis/cache-server';
import { eventually, type TestApp } from './app';

/** Sets how long a commit may take, which is ten seconds otherwise; 0 where nobody reads while something changes. */
export const letCommitsTake = (app: TestApp, longestCommitMs: number): void => {
  Object.assign(app.nest.get(CacheServer), { longestCommitMs });
};

/** Waits until the application has found its Redis. */
export const cacheIsThere = async (app: TestApp): Promise<void> => {
  await eventually(
    async () => app.nest.get(CacheServer).isThere,
    (isThere) => isThere,
  );
};

type Outcomes = Readonly<Record<'hit' | 'miss' | 'bypass', number>>;

const counted = async (kind: string): Promise<Outcomes> => {
  const metric = await register.getSingleMetric('goal_cache_reads_total')?.get();
  const count = (outcome: string) =>
    metric?.values.find(({ labels }) => labels.kind === kind && labels.outcome === outcome)?.value ?? 0;
  return { hit: count('hit'), miss: count('miss'), bypass: count('bypass') };
};

/** How often the work found something of a kind, missed it, and did not use the cache. */
export const outcomesOf = async (kind: string, work: () => Promise<unknown>): Promise<Outcomes> => {
  const before = await counted(kind);
  await work();
  const after = await counted(kind);
  return { hit: after.hit - before.hit, miss: after.miss - before.miss, bypass: after.bypass - before.bypass };
};

export const HIT: Outcomes = { hit: 1, miss: 0, bypass: 0 };
export const MISS: Outcomes = { hit: 0, miss: 1, bypass: 0 };
export const BYPASS: Outcomes = { hit: 0, miss: 0, bypass: 1 };
