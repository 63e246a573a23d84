import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { producer } from './producer';
import { bare, service, type StartReader } from './readers';
import { percentile, row } from './report';
import { counted, STREAM, until } from './service';
import { eventsOf, populate, type Setting } from './setting';

const SAMPLES = 1500;
/** Between one lone event and the next. */
const IDLE_MS = 5;
const STEADY_RATE = 10_000;
const STEADY_SECONDS = 15;
/** Nothing is steady before every connection knows its statements, and the code that runs often is compiled. */
const STARTING_MS = 3000;
const HOT_SHARE = 0.95;
const OTHERS = 19;
const ROUNDS = 3;

/** Milliseconds from XADD to the commit of one event at a time that ends an enrollment, but for those of the first seconds. */
const idle = async (setting: Setting): Promise<number[]> => {
  const events = eventsOf(await populate(setting, 1, SAMPLES), SAMPLES, 1);
  await setting.redis.del(STREAM);
  const commits = new EventEmitter();
  const worker = await service(setting, ([message], at) => {
    if (message) commits.emit('commit', waited(message, at));
  });
  const taken: number[] = [];
  const steadyFrom = performance.now() + STARTING_MS;
  for (const event of events) {
    const commit = once(commits, 'commit') as Promise<[number]>;
    await setting.redis.xadd(STREAM, '*', 'event', event);
    const [took] = await commit;
    if (performance.now() > steadyFrom) taken.push(took);
    await sleep(IDLE_MS);
  }
  await worker.close();
  return taken;
};

/** Both clocks are this machine's: Redis says in an entry's id when it was added. */
const waited = ({ receivedAt }: RawMessage, at: number): number => at - receivedAt.getTime();

interface Load {
  readonly events: readonly string[];
  /** Events a second. */
  readonly rate: number;
  readonly isTold?: (message: RawMessage) => boolean;
}

/** Milliseconds from XADD to the commit of each event that is told, while all come in at one rate; but for the first seconds. */
const steady = async (setting: Setting, start: StartReader, { events, rate, isTold }: Load): Promise<number[]> => {
  await setting.redis.del(STREAM);
  const taken: number[] = [];
  let [left, steadyFrom] = [events.length, Infinity];
  const reader = await start(setting, (messages, at) => {
    for (const message of messages)
      if (message.receivedAt.getTime() > steadyFrom && (isTold?.(message) ?? true)) taken.push(waited(message, at));
    left -= messages.length;
  });
  const produce = await producer({ redisUrl: setting.redisUrl, stream: STREAM, events, rate });
  await sleep(1000);
  steadyFrom = Date.now() + STARTING_MS;
  await produce();
  await until(() => Promise.resolve(left === 0));
  await reader.close();
  return taken;
};

interface Beside {
  readonly alone: number;
  readonly beside: number;
}

/** The p99 of nineteen tenants by themselves, and beside a twentieth that sends nineteen times as much as all of them. */
const besideHotTenant = async (setting: Setting, start: StartReader): Promise<Beside> => {
  const rate = STEADY_RATE * (1 - HOT_SHARE);
  const count = rate * STEADY_SECONDS;
  const ofOthers = async () => eventsOf(await populate(setting, OTHERS, count / 10 / OTHERS + 1), count, 0.1);
  const alone = await steady(setting, start, { events: await ofOthers(), rate });
  const hot = await populate(setting, 1, (STEADY_RATE * STEADY_SECONDS) / 100);
  const [hotTenant = ''] = hot.tenants;
  const [others, hotOnes] = [await ofOthers(), eventsOf(hot, STEADY_RATE * STEADY_SECONDS - count, 0.01)];
  const turn = (STEADY_RATE * STEADY_SECONDS) / count;
  const events = others.flatMap((event, n) => [event, ...hotOnes.slice(n * (turn - 1), (n + 1) * (turn - 1))]);
  const isTold = ({ raw }: RawMessage): boolean => !raw.includes(hotTenant);
  const beside = await steady(setting, start, { events, rate: STEADY_RATE, isTold });
  return { alone: percentile(alone, 99), beside: percentile(beside, 99) };
};

/** A few milliseconds held against a few: the median of some rounds, beside what the machine allows with next to nothing to do. */
const measureHotTenant = async (setting: Setting): Promise<void> => {
  const rounds: { ours: Beside; least: Beside }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ ours: await besideHotTenant(setting, service), least: await besideHotTenant(setting, bare) });
  const tell = (which: 'ours' | 'least', prefix: string): void => {
    const median = (of: (one: Beside) => number) =>
      percentile(
        rounds.map((round) => of(round[which])),
        50,
      );
    row(`${prefix}19 tenants, 500 events/s, p99`, ms(median(({ alone }) => alone)), '1.00');
    const ratio = median(({ alone, beside }) => beside / alone).toFixed(2);
    row(`${prefix}the same beside one with 9,500 events/s, p99`, ms(median(({ beside }) => beside)), ratio);
  };
  tell('ours', '');
  tell('least', 'a bare INSERT instead: ');
};

const ms = (value: number): string => `${value.toFixed(value < 20 ? 1 : 0)} ms`;

/** How long an event waits: when nothing else comes in, at a steady rate, and beside a tenant that takes nearly all of it. */
export const benchLatency = async (setting: Setting): Promise<void> => {
  const single = await counted(setting, SAMPLES, () => idle(setting));
  row('idle, XADD to commit, median', ms(percentile(single, 50)));
  row('idle, XADD to commit, p95', ms(percentile(single, 95)));
  for (const percent of [1, 10]) {
    const count = STEADY_RATE * STEADY_SECONDS;
    const population = await populate(setting, 20, Math.ceil((count * percent) / 100 / 20));
    const events = eventsOf(population, count, percent / 100);
    const taken = await steady(setting, service, { events, rate: STEADY_RATE });
    const what = `10,000 events/s, ${String(percent)} % match, XADD to commit`;
    row(`${what}, median`, ms(percentile(taken, 50)));
    row(`${what}, p99`, ms(percentile(taken, 99)));
  }
  await measureHotTenant(setting);
};
