import fc from 'fast-check';
import { Redis } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { eventually } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { disagreements, story, tell, type Told } from '../support/detection';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { randomUUID } from 'node:crypto';

const STREAM = 'goal-service:events:in:0';
const EVENTS = 20_000;
const STORIES = 240;

interface Group {
  readonly pending: number;
  readonly lag: number;
}

describe('A worker that is killed', () => {
  let database: TestDatabase;
  let server: PrivateRedis;
  let redis: Redis;
  let sql: Client;
  let worker: Program | undefined;

  const rows = async <R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> =>
    (await sql.query<R>(text, [...parameters])).rows;

  const start = (): Program =>
    Program.start('apps/worker/main.js', [], {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: database.appUrl, REDIS_URL: server.url, SECRET_KEY: 'for tests' },
        ...{ METRICS_PORT: '0', LOG_LEVEL: 'error', EVENT_PROCESSING_TIMEOUT_MS: '1000' },
      },
    });

  const group = async (): Promise<Group> => {
    const [fields = []] = (await redis.xinfo('GROUPS', STREAM)) as unknown[][];
    const field = (name: string): number => Number(fields[fields.indexOf(name) + 1]);
    return { pending: field('pending'), lag: field('lag') };
  };

  beforeAll(async () => {
    [database, server] = await Promise.all([freshDatabase(), privateRedis(), build()]);
    redis = new Redis(server.url);
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
  }, 120_000);

  afterAll(async () => {
    await worker?.end('SIGKILL');
    redis.disconnect();
    await sql.end();
    await Promise.all([server.stop(), database.drop()]);
  });

  it('three times in the middle of 20,000 events loses nothing and does nothing twice', async () => {
    const tenants = Array.from({ length: 4 }, () => randomUUID());
    await rows(
      `INSERT INTO tenants (id, name, created_at, updated_at) SELECT id, id::text, now(), now() FROM unnest($1::uuid[]) AS id`,
      [tenants],
    );
    const stories: Told[] = [];
    for (const [n, one] of fc.sample(story, { numRuns: STORIES, seed: 42 }).entries())
      stories.push(await tell({ rows }, tenants[n % tenants.length] ?? '', n, one));
    const telling = stories.flatMap(({ events }) => [...events, ...events.slice(0, 2)]);
    const noise = Array.from({ length: EVENTS - telling.length }, (_, n) => ({
      event_type: 'payment.completed',
      tenant_id: tenants[n % tenants.length],
      contact_id: `stranger-${String(n)}`,
      data: { amount: '500', currency: 'EUR' },
    }));
    const [all = []] = fc.sample(fc.shuffledSubarray([...telling, ...noise], { minLength: EVENTS }), {
      numRuns: 1,
      seed: 1,
    });
    for (let at = 0; at < all.length; at += 1000) {
      const pipeline = redis.pipeline();
      for (const event of all.slice(at, at + 1000)) pipeline.xadd(STREAM, '*', 'event', JSON.stringify(event));
      await pipeline.exec();
    }
    await redis.xgroup('CREATE', STREAM, 'goal-service', '0');

    for (const left of [15_000, 10_000, 5_000]) {
      worker = start();
      await eventually(group, ({ lag }) => lag < left, 30_000);
      await worker.end('SIGKILL');
    }
    const { lag } = await group();
    expect(lag).toBeGreaterThan(0);
    worker = start();
    await eventually(group, ({ pending, lag: unread }) => pending === 0 && unread === 0, 30_000);

    expect(await disagreements({ rows }, stories)).toEqual([]);
    const [sums] = await rows(
      `SELECT (SELECT count(*)::int FROM dead_letters) AS dead,
         (SELECT count(*)::int FROM workflow_enrollments WHERE status = 'completed_goal') =
           (SELECT sum(goals_achieved)::int FROM workflow_daily_counters) AS counted,
         (SELECT count(*)::int FROM workflow_goal_achievements) =
           (SELECT count(*)::int FROM outbox WHERE message LIKE '%"workflow.goal.achieved"%') AS told`,
    );
    expect(sums).toEqual({ dead: 0, counted: true, told: true });
    expect((await worker.end('SIGTERM')).code).toBe(0);
    worker = undefined;
  }, 120_000);
});
