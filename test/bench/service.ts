import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readConfig } from '#infrastructure/config/config';
import { workerModule } from '#infrastructure/modules/processes';
import { exits, fill, type Setting } from './setting';

export const STREAM = 'goal-service:events:in:0';

/** The worker as production runs it, in this process. */
export const startWorker = async ({ appUrl, redisUrl }: Setting) => {
  const config = readConfig({
    DATABASE_URL: appUrl,
    REDIS_URL: redisUrl,
    SECRET_KEY: 'bench',
    LOG_LEVEL: 'error',
    METRICS_PORT: '0',
  });
  const worker = await NestFactory.create(workerModule(config), new FastifyAdapter(), { logger: ['error'] });
  await worker.init();
  return worker;
};

export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
};

export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

/** Whether so many entries are handled, all but the last thousands: those are read while nothing is left to overlap with. */
export const isDrained = async ({ redis }: Setting): Promise<boolean> => {
  const [group] = (await redis.xinfo('GROUPS', STREAM)) as unknown[][];
  const field = (name: string) => group?.[group.indexOf(name) + 1];
  return field('pending') === 0 && field('lag') === 0;
};

/** Events a second of a backlog, from the start of the reading to the last acknowledgement; every exit is counted afterwards. */
export const drain = async (setting: Setting, events: readonly string[], expectedExits: number): Promise<number> => {
  const before = await exits(setting);
  await setting.redis.del(STREAM);
  await fill(setting.redis, STREAM, events);
  await setting.redis.xgroup('CREATE', STREAM, 'goal-service', '0');
  const worker = await startWorker(setting);
  const took = await seconds(() => until(() => isDrained(setting)));
  await worker.close();
  const seen = (await exits(setting)) - before;
  if (seen !== expectedExits) throw new Error(`expected ${String(expectedExits)} exits and saw ${String(seen)}`);
  return events.length / took;
};
