import { Redis } from 'ioredis';
import { eventually } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { Proxy } from '../support/proxy';

const STREAM = 'goal-service:events:in:0';

/** Proxies in front of both servers, so that each can go away under the worker's feet. */
describe('A worker that is told to end', () => {
  let database: TestDatabase;
  let server: PrivateRedis;
  let toPostgres: Proxy;
  let toRedis: Proxy;
  let worker: Program | undefined;

  beforeAll(async () => {
    [database, server] = await Promise.all([freshDatabase(), privateRedis(), build()]);
    [toPostgres, toRedis] = await Promise.all([Proxy.before(database.appUrl), Proxy.before(server.url)]);
  }, 120_000);
  afterEach(async () => {
    await worker?.end('SIGKILL');
    toPostgres.mend();
    toRedis.mend();
  });
  afterAll(async () => {
    await Promise.all([toPostgres.stop(), toRedis.stop()]);
    await Promise.all([server.stop(), database.drop()]);
  });

  const started = async (): Promise<Program> => {
    const redis = new Redis(server.url);
    await redis.flushall();
    worker = Program.start('apps/worker/main.js', [], {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: toPostgres.url, REDIS_URL: toRedis.url, SECRET_KEY: 'for tests' },
        ...{ METRICS_PORT: '0', LOG_LEVEL: 'error' },
      },
    });
    await eventually(
      () => redis.exists(STREAM),
      (there) => there === 1,
    );
    redis.disconnect();
    return worker;
  };

  it.each([
    ['everything is well', () => undefined],
    ['Redis is gone', () => toRedis.cut()],
    ['Redis hangs', () => toRedis.hang()],
    ['PostgreSQL is gone', () => toPostgres.cut()],
    ['PostgreSQL hangs', () => toPostgres.hang()],
  ])('ends with 0 when %s', async (_, harm) => {
    const program = await started();
    harm();
    expect((await program.end('SIGTERM')).code).toBe(0);
  });

  it('leaves nothing behind of what it was given', async () => {
    const program = await started();
    const redis = new Redis(server.url);
    const group = async (): Promise<Record<string, unknown>> => {
      const [fields = []] = (await redis.xinfo('GROUPS', STREAM)) as unknown[][];
      return Object.fromEntries(
        fields.flatMap((name, n) => (n % 2 === 0 ? [[String(name), fields[n + 1]] as [string, unknown]] : [])),
      );
    };
    const over = new AbortController();
    const sending = (async () => {
      while (!over.signal.aborted)
        await redis.pipeline(Array.from({ length: 1000 }, () => ['xadd', STREAM, '*', 'event', '{}'])).exec();
    })();
    await eventually(group, (state) => state['last-delivered-id'] !== '0-0');
    expect((await program.end('SIGTERM')).code).toBe(0);
    over.abort();
    await sending;
    const state = await group();
    expect(state.consumers).toBe(0);
    redis.disconnect();
    expect(state.lag).toBeGreaterThan(0);
    expect(state.pending).toBe(0);
  });
});
