import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type Cluster } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { Member } from '../chaos/fleet';
import { eventually } from '../support/app';
import { build, PROJECT } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { disagreements, story, tell, type Told } from '../support/detection';
import { UNSENT } from '../support/outbox';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { RedisCluster } from '../support/redis-cluster';

const SHARDS = 6;
const STORIES = 150;
const HANDFUL = 20;
const PAUSE_MS = 50;
const KEYS = Array.from({ length: SHARDS }, (_, n) => `goal-service:events:in:${String(n)}`);

interface Group {
  readonly pending: number;
  readonly lag: number;
  readonly read: number;
}

describe('Where the shards lie on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let server: PrivateRedis;
  let database: TestDatabase;
  let sql: Client;
  let producer: Cluster;
  let workers: Member[];

  const rows = async <R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> =>
    (await sql.query<R>(text, [...parameters])).rows;

  const groupOf = async (key: string): Promise<Group> => {
    const [fields = []] = (await producer.xinfo('GROUPS', key).catch(() => [])) as unknown[][];
    const field = (name: string): number => Number(fields[fields.indexOf(name) + 1] ?? NaN);
    return { pending: field('pending'), lag: field('lag'), read: field('entries-read') };
  };

  beforeAll(async () => {
    [cluster, server, database] = await Promise.all([RedisCluster.start(), privateRedis(), freshDatabase(), build()]);
    producer = cluster.connect();
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
    const settings = {
      ...{ DATABASE_URL: database.appUrl, REDIS_URL: server.url, SECRET_KEY: 'for tests' },
      ...{ METRICS_PORT: '0', LOG_LEVEL: 'error', EVENT_PROCESSING_TIMEOUT_MS: '1000' },
      ...{ EVENT_SHARDS: String(SHARDS), EVENT_REDIS_CLUSTER: cluster.urls },
    };
    workers = [1, 2, 3].map(() => new Member(join(PROJECT, 'dist'), 'apps/worker/main.js', settings));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    producer.disconnect();
    await sql.end();
    await Promise.all([cluster.stop(), server.stop(), database.drop()]);
  });

  /** As a producer does that must not lose any: again until it is answered. */
  const send = async (text: string, shard: number): Promise<void> => {
    for (;;) {
      try {
        await producer.xadd(KEYS[shard] ?? '', '*', 'event', text);
        return;
      } catch {
        await sleep(PAUSE_MS);
      }
    }
  };

  it('workers share them, and lose nothing and do nothing twice when a worker and a node are killed', async () => {
    const tenants = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of tenants)
      await rows('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [id, id]);
    const stories: Told[] = [];
    for (const [n, one] of fc.sample(story, { numRuns: STORIES, seed: 6 }).entries())
      stories.push(await tell({ rows }, tenants[n % 3] ?? '', n, one));
    // Each event on two shards: whoever decides it first, the other changes nothing.
    const texts = stories.flatMap(({ events }) => events.map((event) => JSON.stringify(event)));
    const entries = texts.flatMap((text, n) => [0, 1].map((more) => ({ text, shard: (n + more) % SHARDS })));
    for (const worker of workers) worker.start();
    const consumers = () => Promise.all(KEYS.map(async (key) => (await consumersOf(key)).length));
    await eventually(consumers, (counts) => counts.every((count) => count >= workers.length), 60_000);

    const turns = Math.ceil(entries.length / HANDFUL);
    const underWay: Promise<void>[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      for (const { text, shard } of entries.slice(turn * HANDFUL, (turn + 1) * HANDFUL))
        underWay.push(send(text, shard));
      if (turn === Math.floor(turns / 4)) await workers[0]?.kill();
      if (turn === Math.floor(turns / 3)) workers[0]?.start();
      if (turn === Math.floor(turns / 2)) await cluster.kill(1);
      if (turn === Math.floor((turns * 2) / 3)) await cluster.begin(1);
      await sleep(PAUSE_MS);
    }
    await Promise.all(underWay);

    const groups = () => Promise.all(KEYS.map(groupOf));
    const done = await eventually(groups, (all) => all.every(({ pending, lag }) => pending === 0 && lag === 0), 60_000);
    expect(done).toEqual(KEYS.map(() => ({ pending: 0, lag: 0, read: expect.any(Number) as number })));
    await eventually(
      () => rows(`SELECT FROM outbox WHERE ${UNSENT}`),
      ({ length }) => length === 0,
    );
    expect(await disagreements({ rows }, stories)).toEqual([]);
    expect(await outgoing()).toEqual(
      (await rows<{ message_id: string }>('SELECT message_id FROM outbox')).map(({ message_id }) => message_id).sort(),
    );
    await allTookPart();
  }, 180_000);

  const outgoing = async (): Promise<string[]> => {
    const redis = new Redis(server.url);
    const entries = await redis.xrange(OUT_STREAM, '-', '+');
    redis.disconnect();
    return entries.map(([, fields]) => (JSON.parse(fields[1] ?? '{}') as { id: string }).id).sort();
  };

  const consumersOf = async (key: string): Promise<string[]> =>
    ((await producer.xinfo('CONSUMERS', key, 'goal-service').catch(() => [])) as unknown[][]).map((fields) =>
      String(fields[1]),
    );

  /** Every node held a shard, and every process read some. */
  const allTookPart = async (): Promise<void> => {
    const slots = await Promise.all(KEYS.map((key) => producer.cluster('KEYSLOT', key)));
    expect(new Set(slots.map((slot) => Math.floor((slot * 3) / 16_384))).size).toBe(3);
    expect(new Set((await Promise.all(KEYS.map(consumersOf))).flat()).size).toBeGreaterThanOrEqual(workers.length);
  };
});
