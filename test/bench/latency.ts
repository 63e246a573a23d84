import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { producer } from './producer';
import { percentile, row } from './report';
import { seconds, startWorker, STREAM, until } from './service';
import { eventsOf, hasExited, populate, type Setting } from './setting';

const SAMPLES = 1000;
const STEADY_RATE = 10_000;
const STEADY_SECONDS = 15;
/** Nothing is steady before every connection knows its statements, and the code that runs often is compiled. */
const STARTING_MS = 3000;
const HOT_SHARE = 0.95;
const OTHERS = 19;
const ROUNDS = 3;

/** Milliseconds from XADD until the decision can be seen, one event at a time, but for those of the first seconds. */
const idle = async (setting: Setting): Promise<number[]> => {
  const population = await populate(setting, 1, SAMPLES);
  const events = eventsOf(population, SAMPLES, 1);
  const [tenant = ''] = population.tenants;
  const worker = await startWorker(setting);
  const taken: number[] = [];
  const steadyFrom = performance.now() + STARTING_MS;
  for (const [n, event] of events.entries()) {
    const took = await seconds(async () => {
      await setting.redis.xadd(STREAM, '*', 'event', event);
      await until(() => hasExited(setting, tenant, `contact-${String(n)}`), 1);
    });
    if (performance.now() > steadyFrom) taken.push(took * 1000);
  }
  await worker.close();
  return taken;
};

/** Answers work with when what it changed was committed, or with now where it changed nothing. */
const committing = (worker: INestApplication): (<T>(work: () => Promise<T>) => Promise<readonly [T, number]>) => {
  const batches = new AsyncLocalStorage<{ committedAt?: number }>();
  const points = worker.get(CrashPoints, { strict: false });
  Object.assign(points, {
    reach: (point: string) => {
      const batch = batches.getStore();
      if (batch && point === 'commit-answered') batch.committedAt = Date.now();
    },
  });
  return (work) => {
    const batch: { committedAt?: number } = {};
    return batches.run(batch, async () => [await work(), batch.committedAt ?? Date.now()] as const);
  };
};

/**
 * Milliseconds from XADD to the commit of its batch, of each event that is `told`, while events come in at one rate: what Redis
 * says when it was added, and when its decision is committed; but for those of the first seconds. Both clocks are this machine's.
 */
const steady = async (
  setting: Setting,
  events: readonly string[],
  rate: number,
  isTold: (message: RawMessage) => boolean = () => true,
): Promise<number[]> => {
  await setting.redis.del(STREAM);
  const worker = await startWorker(setting);
  const intake = worker.get(EventIntake, { strict: false });
  const [take, committed] = [intake.takeBatch.bind(intake), committing(worker)];
  const taken: number[] = [];
  let [left, steadyFrom] = [events.length, Infinity];
  intake.takeBatch = async (messages) => {
    const [postponed, at] = await committed(() => take(messages));
    for (const message of messages) {
      const added = message.receivedAt.getTime();
      if (added > steadyFrom && isTold(message)) taken.push(at - added);
    }
    left -= messages.length - postponed.length;
    return postponed;
  };
  const produce = await producer({ redisUrl: setting.redisUrl, stream: STREAM, events, rate });
  await sleep(1000);
  steadyFrom = Date.now() + STARTING_MS;
  await produce();
  await until(() => Promise.resolve(left === 0));
  await worker.close();
  return taken;
};

/** The p99 of nineteen tenants by themselves, and beside a twentieth that sends nineteen times as much as all of them. */
const besideHotTenant = async (setting: Setting): Promise<{ alone: number; beside: number }> => {
  const rate = STEADY_RATE * (1 - HOT_SHARE);
  const count = rate * STEADY_SECONDS;
  const ofOthers = async () => eventsOf(await populate(setting, OTHERS, count / 10 / OTHERS + 1), count, 0.1);
  const alone = await steady(setting, await ofOthers(), rate);
  const hot = await populate(setting, 1, (STEADY_RATE * STEADY_SECONDS) / 100);
  const [hotTenant = ''] = hot.tenants;
  const [others, hotOnes] = [await ofOthers(), eventsOf(hot, STEADY_RATE * STEADY_SECONDS - count, 0.01)];
  const turn = (STEADY_RATE * STEADY_SECONDS) / count;
  const mixed = others.flatMap((event, n) => [event, ...hotOnes.slice(n * (turn - 1), (n + 1) * (turn - 1))]);
  const beside = await steady(setting, mixed, STEADY_RATE, ({ raw }) => !raw.includes(hotTenant));
  return { alone: percentile(alone, 99), beside: percentile(beside, 99) };
};

/** A few milliseconds held against a few: the median of some rounds. */
const measureHotTenant = async (setting: Setting): Promise<void> => {
  const rounds: { alone: number; beside: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await besideHotTenant(setting));
  const median = (of: (round: { alone: number; beside: number }) => number) => percentile(rounds.map(of), 50);
  row('19 tenants, 500 events/s, p99', ms(median(({ alone }) => alone)), '1.00');
  const ratio = median(({ alone, beside }) => beside / alone);
  row('the same beside one with 9,500 events/s, p99', ms(median(({ beside }) => beside)), ratio.toFixed(2));
};

const ms = (value: number): string => `${value.toFixed(value < 20 ? 1 : 0)} ms`;

/** How long an event waits: when nothing else comes in, at a steady rate, and beside a tenant that takes nearly all of it. */
export const benchLatency = async (setting: Setting): Promise<void> => {
  const single = await idle(setting);
  row('idle, XADD to visible decision, median', ms(percentile(single, 50)));
  row('idle, XADD to visible decision, p95', ms(percentile(single, 95)));
  for (const percent of [1, 10]) {
    const count = STEADY_RATE * STEADY_SECONDS;
    const population = await populate(setting, 20, Math.ceil((count * percent) / 100 / 20));
    const waited = await steady(setting, eventsOf(population, count, percent / 100), STEADY_RATE);
    const what = `10,000 events/s, ${String(percent)} % match, XADD to commit`;
    row(`${what}, median`, ms(percentile(waited, 50)));
    row(`${what}, p99`, ms(percentile(waited, 99)));
  }
  await measureHotTenant(setting);
};
