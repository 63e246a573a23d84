import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis, type Cluster } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { freePort } from '#infrastructure/local/processes';
import { shardKey } from '#infrastructure/redis/stream-loop';
import { eventually } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { disagreements, story, tell, type Told } from '../support/detection';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { RedisCluster } from '../support/redis-cluster';

const SHARDS = 6;
const EVENTS = 3000;
const STORIES = 120;
const PORTION = 100;

const ACL = /^ACL (SETUSER goal-service .*)$/m.exec(readFileSync(join(PROJECT_FOLDER, 'docs/redis-acl.md'), 'utf8'));

/** A worker, and where it tells of itself. */
interface Running {
  readonly program: Program;
  readonly url: string;
}

describe.each(['one Redis', 'a cluster of three masters'])('Several workers and the shards of %s', (where) => {
  let database: TestDatabase;
  let server: PrivateRedis;
  let cluster: RedisCluster | undefined;
  let streams: Redis | Cluster;
  let sql: Client;
  let tenant: string;
  const workers: Running[] = [];

  const rows = async <R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> =>
    (await sql.query<R>(text, [...parameters])).rows;

  const settings = (): Record<string, string> => ({
    ...{ DATABASE_URL: database.appUrl, REDIS_URL: server.url, SECRET_KEY: 'for tests', LOG_LEVEL: 'error' },
    // On a busy machine nothing is taken for abandoned.
    EVENT_PROCESSING_TIMEOUT_MS: '20000',
    ...(cluster && { EVENT_REDIS_CLUSTER: cluster.urls.replaceAll('//', '//goal-service:CHANGE-ME-SERVICE@') }),
  });

  const start = async (shards: number): Promise<void> => {
    const port = String(await freePort(0));
    const env = { ...settings(), METRICS_PORT: port, EVENT_SHARDS: String(shards) };
    const worker = {
      program: Program.start('apps/worker/main.js', [], { cwd: PROJECT, env }),
      url: `http://127.0.0.1:${port}`,
    };
    workers.push(worker);
    await eventually(
      () =>
        fetch(`${worker.url}/health`).then(
          (answer) => answer.text(),
          () => '',
        ),
      (health) => health.includes('"status":"healthy"'),
    );
  };

  const endAll = async (): Promise<(number | null)[]> =>
    Promise.all(workers.splice(0).map(async ({ program }) => (await program.end('SIGTERM')).code));

  /** An event that is postponed, because the other worker is about its contact, comes again and is counted then. */
  const decidedBy = async ({ url }: Running): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return [...text.matchAll(/^goal_evaluations_total\{outcome="(?!postponed).*\} (\d+)$/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  };

  const isRead = async (shard: number): Promise<boolean> => {
    const [fields = []] = (await streams.xinfo('GROUPS', shardKey(shard)).catch(() => [])) as unknown[][];
    return ['pending', 'lag'].every((name) => fields[fields.indexOf(name) + 1] === 0);
  };
  const allRead = () =>
    eventually(
      () => Promise.all(Array.from({ length: SHARDS }, (_, shard) => isRead(shard))),
      (read) => read.every(Boolean),
      20_000,
    );

  const send = async (events: readonly object[]): Promise<void> => {
    for (let at = 0; at < events.length; at += PORTION)
      await Promise.all(
        events
          .slice(at, at + PORTION)
          .map((event, n) => streams.xadd(shardKey((at + n) % SHARDS), '*', 'event', JSON.stringify(event))),
      );
  };

  const told = async (from: number, count: number): Promise<Told[]> => {
    const stories: Told[] = [];
    for (const [n, one] of fc.sample(story, { numRuns: count, seed: from }).entries())
      stories.push(await tell({ rows }, tenant, from + n, one));
    return stories;
  };
  const twice = (stories: readonly Told[]) => stories.flatMap(({ events }) => [...events, ...events.slice(0, 1)]);

  beforeAll(async () => {
    [database, server] = await Promise.all([freshDatabase(), privateRedis(), build()]);
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
    tenant = randomUUID();
    await rows('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
      tenant,
      tenant,
    ]);
    if (where === 'one Redis') {
      streams = new Redis(server.url);
      return;
    }
    cluster = await RedisCluster.start();
    await cluster.everywhere('ACL', ...(ACL?.[1]?.split(' ') ?? []));
    streams = cluster.client;
  }, 120_000);

  afterAll(async () => {
    await Promise.all(workers.map(({ program }) => program.end('SIGKILL')));
    streams.disconnect();
    await sql.end();
    await Promise.all([server.stop(), cluster?.stop(), database.drop()]);
  });

  it('are read by both, each entry by one of them', async () => {
    await Promise.all([start(SHARDS), start(SHARDS)]);
    const stories = await told(0, STORIES);
    const telling = twice(stories);
    const noise = Array.from({ length: EVENTS - telling.length }, (_, n) => ({
      ...{ event_type: 'payment.completed', tenant_id: tenant, contact_id: `stranger-${String(n)}` },
      data: { amount: '500', currency: 'EUR' },
    }));
    await send([...telling, ...noise]);
    await allRead();

    expect(await disagreements({ rows }, stories)).toEqual([]);
    const shares = await Promise.all(workers.map(decidedBy));
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(shares.reduce((sum, share) => sum + share)).toBe(EVENTS);
    expect(await endAll()).toEqual([0, 0]);
  });

  it('are read to their end after there are fewer, and can all be replayed', async () => {
    const stories = await told(STORIES, STORIES);
    await send(twice(stories));
    await start(2);
    await allRead();
    expect(await disagreements({ rows }, stories)).toEqual([]);

    const env = { ...settings(), EVENT_SHARDS: '2' };
    const replay = Program.start('apps/tools/replay.js', ['--from', '2026-01-01T00:00:00Z'], { cwd: PROJECT, env });
    expect((await replay.ended).out).toContain(`${String(EVENTS + twice(stories).length)} events decided again`);
    expect(await endAll()).toEqual([0]);
  });
});
