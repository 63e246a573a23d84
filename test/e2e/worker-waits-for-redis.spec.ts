import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '#infrastructure/local/processes';
import { eventually } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { Proxy } from '../support/proxy';

const REQUESTS = 'goal_service.workflow_stats';

/** Longer than the 20 attempts after which ioredis would give a command up, half a second each. */
const LONG = 16_000;

describe('A worker without Redis (SPEC 7, Degradation)', () => {
  let database: TestDatabase;
  let server: PrivateRedis;
  let proxy: Proxy;
  let bus: Redis;
  let worker: Program | undefined;

  beforeAll(async () => {
    [database, server] = await Promise.all([freshDatabase(), privateRedis(), build()]);
    proxy = await Proxy.before(server.url);
    bus = new Redis(server.url);
  }, 120_000);
  afterEach(async () => {
    await worker?.end('SIGKILL');
    proxy.mend();
  });
  afterAll(async () => {
    bus.disconnect();
    await proxy.stop();
    await Promise.all([server.stop(), database.drop()]);
  });

  const start = (port = 0): Program =>
    (worker = Program.start('apps/worker/main.js', [], {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: database.appUrl, REDIS_URL: proxy.url, SECRET_KEY: 'for tests' },
        ...{ METRICS_PORT: String(port), LOG_LEVEL: 'fatal' },
      },
    }));
  const listeners = async () => Number((await bus.pubsub('NUMSUB', REQUESTS))[1]);
  const isAlive = ({ process }: Program) => process.exitCode === null && process.signalCode === null;

  /** Whether a request is answered. */
  const answers = async (): Promise<boolean> => {
    const replies = new Redis(server.url);
    const heard: string[] = [];
    replies.on('message', (_channel: string, text: string) => heard.push(text));
    await replies.subscribe(`${REQUESTS}.reply`);
    const id = randomUUID();
    await bus.publish(REQUESTS, JSON.stringify({ pattern: REQUESTS, data: {}, id }));
    await eventually(
      () => Promise.resolve(heard.join()),
      (texts) => texts.includes(id),
    );
    replies.disconnect();
    return true;
  };

  it('that was away at its start lives, and hears requests once it is back', async () => {
    proxy.cut();
    const program = start();
    await sleep(LONG);
    expect([isAlive(program), program.err]).toEqual([true, '']);
    proxy.mend();
    await eventually(listeners, (n) => n === 1, 20_000);
    expect(await answers()).toBe(true);
    expect((await program.end('SIGTERM')).code).toBe(0);
  }, 60_000);

  it('that went away in the middle of requests lives, and hears others once it is back', async () => {
    const program = start();
    await eventually(listeners, (n) => n === 1, 20_000);
    for (let n = 0; n < 200; n += 1)
      void bus.publish(REQUESTS, JSON.stringify({ pattern: REQUESTS, data: {}, id: randomUUID() }));
    await bus.ping();
    proxy.cut();
    await sleep(LONG);
    expect([isAlive(program), program.err]).toEqual([true, '']);
    proxy.mend();
    await eventually(listeners, (n) => n === 1, 20_000);
    expect(await answers()).toBe(true);
  }, 60_000);

  it('that never came ends with 0 all the same', async () => {
    proxy.cut();
    const port = await freePort(0);
    const program = start(port);
    // Loaded, so that it hears of its end; and then at its attempts.
    await eventually(
      () => fetch(`http://127.0.0.1:${String(port)}/health/live`).catch(() => undefined),
      (answer) => answer?.ok === true,
      30_000,
    );
    await sleep(2000);
    expect((await program.end('SIGTERM')).code).toBe(0);
  }, 60_000);
});
