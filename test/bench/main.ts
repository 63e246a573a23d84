import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readConfig } from '#infrastructure/config/config';
import { workerModule } from '#infrastructure/modules/processes';
import { literalService } from './literal';
import { percentile, perSecond, row, times } from './report';
import { benchRest } from './rest';
import { eventsOf, exits, fill, hasExited, openSetting, populate, type Setting } from './setting';

const STREAM = 'goal-service:events:in:0';
const SAMPLES = 300;

/** The worker as production runs it, in this process. */
const startWorker = async ({ appUrl, redisUrl }: Setting) => {
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

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
};

const isDrained = async ({ redis }: Setting): Promise<boolean> => {
  const [group] = (await redis.xinfo('GROUPS', STREAM)) as unknown[][];
  const field = (name: string) => group?.[group.indexOf(name) + 1];
  return field('pending') === 0 && field('lag') === 0;
};

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

/** The floor: source document 001 to the letter, on the same database, one event after the other. */
const measureLiteral = async (setting: Setting): Promise<number> => {
  const events = eventsOf(await populate(setting, 20, 60), 6_000, 0.1);
  const service = literalService(setting.superUrl);
  const took = await seconds(async () => {
    for (const event of events) await service.handle(event);
  });
  await service.stop();
  return events.length / took;
};

/** The ceiling: the same entries read by a consumer group and acknowledged, with nothing in between. */
const measureCeiling = async ({ redis }: Setting, events: readonly string[]): Promise<number> => {
  const stream = 'bench:ceiling';
  await fill(redis, stream, events);
  await redis.xgroup('CREATE', stream, 'bench', '0');
  let read = 0;
  const took = await seconds(async () => {
    while (read < events.length) {
      const answer = (await redis.callBuffer(
        'XREADGROUP',
        'GROUP',
        'bench',
        'one',
        'COUNT',
        500,
        'STREAMS',
        stream,
        '>',
      )) as [unknown, [Buffer][]][];
      const ids = (answer[0]?.[1] ?? []).map(([id]) => id);
      await redis.xack(stream, 'bench', ...ids);
      read += ids.length;
    }
  });
  await redis.del(stream);
  return events.length / took;
};

/** A backlog of events, from the start of the worker's reading to the last acknowledgement. */
const measureService = async (setting: Setting, events: readonly string[], expectedExits: number): Promise<number> => {
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

/** Milliseconds from XADD until the decision can be seen, one event at a time, sorted. */
const measureLatency = async (setting: Setting): Promise<number[]> => {
  const population = await populate(setting, 1, SAMPLES);
  const events = eventsOf(population, SAMPLES, 1);
  const [tenant = ''] = population.tenants;
  const worker = await startWorker(setting);
  const taken: number[] = [];
  for (const [n, event] of events.entries()) {
    const took = await seconds(async () => {
      await setting.redis.xadd(STREAM, '*', 'event', event);
      await until(() => hasExited(setting, tenant, `contact-${String(n)}`));
    });
    taken.push(took * 1000);
  }
  await worker.close();
  return taken.sort((one, other) => one - other);
};

/** The stream's way in beside its floor and its ceiling. */
const benchEvents = async (setting: Setting): Promise<void> => {
  const literal = await measureLiteral(setting);
  row('001 to the letter (the floor), 20 tenants, 10 % match', perSecond(literal), times(1));
  const events = eventsOf(await populate(setting, 20, 500), 100_000, 0.1);
  const ceiling = await measureCeiling(setting, events);
  const service = await measureService(setting, events, 10_000);
  row('stream, 20 tenants, 10 % match', perSecond(service), times(service / literal));
  row('of the ceiling (read and acknowledge, nothing between)', perSecond(ceiling), (service / ceiling).toFixed(2));
  const latency = await measureLatency(setting);
  row('idle, XADD to visible decision, median', `${percentile(latency, 50).toFixed(1)} ms`);
  row('idle, XADD to visible decision, p95', `${percentile(latency, 95).toFixed(1)} ms`);
};

const main = async (): Promise<void> => {
  const asked = process.argv.slice(2);
  for (const [name, bench] of Object.entries({ events: benchEvents, rest: benchRest })) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const setting = await openSetting();
    try {
      await bench(setting);
    } finally {
      await setting.stop();
    }
  }
};

void main();
