import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readConfig } from '#infrastructure/config/config';
import { workerModule } from '#infrastructure/modules/processes';
import { Member } from '../chaos/fleet';
import { producer } from './producer';
import { exits, fill, type Setting } from './setting';

export const STREAM = 'goal-service:events:in:0';
const DIST = join(__dirname, '../..');
const LOOK_MS = 5;

export const environmentOf = ({ appUrl, redisUrl }: Setting) => ({
  ...{ DATABASE_URL: appUrl, REDIS_URL: redisUrl, SECRET_KEY: 'the bench of this project alone' },
  // As the image sets it.
  ...{ METRICS_PORT: '0', LOG_LEVEL: 'error', NODE_OPTIONS: '--max-semi-space-size=64' },
});

/** The worker in this process: its memory and its batches can be looked at. */
export const startWorker = async (setting: Setting) => {
  const config = readConfig(environmentOf(setting));
  const worker = await NestFactory.create(workerModule(config), new FastifyAdapter(), { logger: ['error'] });
  await worker.init();
  return worker;
};

export const until = async (holds: () => Promise<boolean>, lookMs = LOOK_MS): Promise<void> => {
  while (!(await holds())) await sleep(lookMs);
};

export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

const groupOf = async ({ redis }: Setting) => {
  const [group] = (await redis.xinfo('GROUPS', STREAM).catch(() => [])) as unknown[][];
  return (name: string) => group?.[group.indexOf(name) + 1];
};

/** Whether every entry is acknowledged. */
export const isDrained = async (setting: Setting): Promise<boolean> => {
  const field = await groupOf(setting);
  return field('pending') === 0 && field('lag') === 0;
};

/** Runs something, and counts the exits it was to bring about. */
export const counted = async <T>(setting: Setting, expected: number, work: () => Promise<T>): Promise<T> => {
  const before = await exits(setting);
  const answer = await work();
  const seen = (await exits(setting)) - before;
  if (seen !== expected) throw new Error(`expected ${String(expected)} exits and saw ${String(seen)}`);
  return answer;
};

/** Events a second of a backlog, from the start of the reading to the last acknowledgement. */
export const drain = (setting: Setting, events: readonly string[], expectedExits: number): Promise<number> =>
  counted(setting, expectedExits, async () => {
    await setting.redis.del(STREAM);
    await fill(setting.redis, STREAM, events);
    await setting.redis.xgroup('CREATE', STREAM, 'goal-service', '0');
    const worker = await startWorker(setting);
    const took = await seconds(() => until(() => isDrained(setting)));
    await worker.close();
    return events.length / took;
  });

/**
 * Events a second of so many worker processes while a producer hands in what it can, from its first event to the last
 * acknowledgement. The workers have handled a tenth before: they run for longer than they start.
 */
export const keepUp = (
  setting: Setting,
  events: readonly string[],
  expectedExits: number,
  count = 1,
): Promise<number> =>
  counted(setting, expectedExits, async () => {
    await setting.redis.del(STREAM);
    const env = environmentOf(setting);
    const workers = Array.from({ length: count }, () => new Member(DIST, 'apps/worker/main.js', env));
    for (const worker of workers) worker.start();
    await until(async () => (await groupOf(setting))('consumers') === count);
    const [first, others] = [events.slice(0, events.length / 10), events.slice(events.length / 10)];
    await fill(setting.redis, STREAM, first);
    const produce = await producer({ redisUrl: setting.redisUrl, stream: STREAM, events: others, rate: Infinity });
    await until(() => isDrained(setting));
    const took = await seconds(async () => {
      await produce();
      await until(() => isDrained(setting));
    });
    await Promise.all(workers.map((worker) => worker.end()));
    return others.length / took;
  });
