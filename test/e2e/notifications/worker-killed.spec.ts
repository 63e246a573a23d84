import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Redis } from 'ioredis';
import { eventually, freshRedis } from '../../support/app';
import { build, PROJECT, Program } from '../../support/built';
import { freshDatabase, type TestDatabase } from '../../support/database';

const FACTS = 3000;
const PEOPLE = 10;

describe('A worker that is killed between events and notifications', () => {
  let database: TestDatabase;
  let redisUrl: string;
  let redis: Redis;
  let sql: Client;
  let worker: Program | undefined;

  const start = (): Program =>
    Program.start('apps/worker/main.js', [], {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: database.appUrl, REDIS_URL: redisUrl, SECRET_KEY: 'for tests' },
        ...{ METRICS_PORT: '0', LOG_LEVEL: 'error', EVENT_PROCESSING_TIMEOUT_MS: '1000' },
      },
    });

  const told = async (): Promise<number> =>
    (await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM notifications')).rows[0]!.n;

  beforeAll(async () => {
    [database, redisUrl] = await Promise.all([freshDatabase(), freshRedis(), build()]);
    redis = new Redis(redisUrl);
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
  }, 120_000);
  afterAll(async () => {
    await worker?.end('SIGKILL');
    redis.disconnect();
    await sql.end();
    await database.drop();
  });

  it('gives each of them once, after three kills', async () => {
    const tenantId = randomUUID();
    await sql.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [
      tenantId,
    ]);
    await sql.query(
      `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at)
       SELECT $1, gen_random_uuid(), n || '@example.org', n::text, 'Viewer', now(), now() FROM generate_series(1, $2) AS n`,
      [tenantId, PEOPLE],
    );
    await sql.query(
      `INSERT INTO outbox (tenant_id, message_id, message, created_at)
       SELECT $1, f.id, json_build_object('id', f.id, 'event_type', 'task.assigned', 'tenant_id', $1::uuid, 'goal_id', NULL,
         'user_id', NULL, 'timestamp', now(), 'request_id', NULL, 'version', 1, 'details', json_build_object(
           'task_id', gen_random_uuid(), 'title', f.n::text, 'assigned_to', u.id))::text, now()
       FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $2) AS n) f
       JOIN users u ON u.email = (1 + f.n % $3) || '@example.org'`,
      [tenantId, FACTS, PEOPLE],
    );
    for (const least of [1, 700, 1600]) {
      worker = start();
      await eventually(told, (count) => count >= least, 30_000);
      await worker.end('SIGKILL');
    }
    expect(await told()).toBeLessThan(FACTS);
    worker = start();
    await eventually(told, (count) => count >= FACTS, 30_000);
    await eventually(
      async () => JSON.stringify(await redis.xpending('goal-service:events:out', 'notifications')),
      (pending) => pending.startsWith('[0'),
      20_000,
    );
    const { rows } = await sql.query(
      `SELECT (SELECT count(*)::int FROM notifications) AS told,
         (SELECT count(DISTINCT (user_id, details->>'title'))::int FROM notifications) AS different,
         (SELECT count(*)::int FROM outbox WHERE message LIKE '%"notification.sent"%') AS sent`,
    );
    expect(rows).toEqual([{ told: FACTS, different: FACTS, sent: FACTS }]);
    expect((await worker.end('SIGTERM')).code).toBe(0);
    worker = undefined;
  }, 120_000);
});
