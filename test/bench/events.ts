import { readConfig } from '#infrastructure/config/config';
import { handleLiterally } from './literal';
import { producer } from './producer';
import { percentile, perSecond, row, times } from './report';
import { drain, environmentOf, keepUp, seconds } from './service';
import { eventsOf, populate, type Setting } from './setting';

const LITERAL_EVENTS = 6000;
const BACKLOG = 200_000;

/** The floor: source document 001 to the letter, on the same database. */
const measureLiteral = async (setting: Setting): Promise<number> => {
  const events = eventsOf(await populate(setting, 20, 60), LITERAL_EVENTS, 0.1);
  return events.length / (await seconds(() => handleLiterally(setting, events)));
};

/** The ceiling: the same entries, from the same producer, read by a group as many at once, and acknowledged, with nothing in between. */
const measureCeiling = async (setting: Setting, events: readonly string[]): Promise<number> => {
  const { redis, redisUrl } = setting;
  const { EVENT_BATCH_SIZE } = readConfig(environmentOf(setting));
  const stream = 'bench:ceiling';
  await redis.xgroup('CREATE', stream, 'bench', '0', 'MKSTREAM');
  const produce = await producer({ redisUrl, stream, events, rate: Infinity });
  const took = await seconds(async () => {
    const produced = produce();
    for (let read = 0; read < events.length;) {
      const parameters = ['GROUP', 'bench', 'one', 'COUNT', EVENT_BATCH_SIZE, 'BLOCK', 1000, 'STREAMS', stream, '>'];
      const answer = (await redis.callBuffer('XREADGROUP', ...parameters)) as [unknown, [Buffer][]][] | null;
      const ids = (answer?.[0]?.[1] ?? []).map(([id]) => id);
      if (ids.length > 0) await redis.xack(stream, 'bench', ...ids);
      read += ids.length;
    }
    await produced;
  });
  await redis.del(stream);
  return events.length / took;
};

/** The stream's way in under one load: tenants, percent of the events that reach a goal, events. */
const LOADS = [20, 1000].flatMap((tenants) =>
  [
    { percent: 1, count: 400_000 },
    { percent: 10, count: 200_000 },
    { percent: 50, count: 100_000 },
  ].map((load) => ({ tenants, ...load })),
);
type Load = (typeof LOADS)[number];

const nameOf = ({ tenants, percent }: Load): string =>
  `stream, ${tenants.toLocaleString('en')} tenants, ${String(percent)} % match`;

const FLOOR = '001 to the letter (the floor), 20 tenants, 10 % match';
const CEILING = 'read and acknowledge, nothing between (the ceiling)';
const ROUNDS = 3;

/** Events a second of everything that is held against each other, measured one after the other. */
const measureRound = async (setting: Setting): Promise<ReadonlyMap<string, number>> => {
  const rates = new Map<string, number>();
  rates.set(FLOOR, await measureLiteral(setting));
  rates.set(CEILING, await measureCeiling(setting, eventsOf(await populate(setting, 20, 10), 400_000, 0.1)));
  for (const load of LOADS) {
    const { tenants, percent, count } = load;
    const matches = (count * percent) / 100;
    const events = eventsOf(await populate(setting, tenants, Math.ceil(matches / tenants)), count, percent / 100);
    rates.set(nameOf(load), await keepUp(setting, events, matches));
  }
  return rates;
};

/**
 * The stream's way in beside its floor and its ceiling, while the producer hands in what it can. The machine's neighbours come and
 * go, so all is measured in rounds, and the middle one of the rounds' own ratios is told (ADR 0069).
 */
export const benchEvents = async (setting: Setting): Promise<void> => {
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let n = 1; n <= ROUNDS; n += 1) {
    process.stderr.write(`events: round ${String(n)} of ${String(ROUNDS)}\n`);
    rounds.push(await measureRound(setting));
  }
  const rate = (name: string): string => perSecond(median(rounds.map((rates) => rates.get(name) ?? NaN)));
  const ratio = (name: string, to: string): number =>
    median(rounds.map((rates) => (rates.get(name) ?? NaN) / (rates.get(to) ?? NaN)));
  row(FLOOR, rate(FLOOR), times(1));
  row(CEILING, rate(CEILING), times(ratio(CEILING, FLOOR)));
  for (const load of LOADS) {
    const name = nameOf(load);
    row(`${name}: of the floor`, rate(name), times(ratio(name, FLOOR)));
    row(`${name}: of the ceiling`, rate(name), ratio(name, CEILING).toFixed(2));
    const few = nameOf({ ...load, tenants: 20 });
    if (name !== few) row(`${name}: of 20 tenants`, rate(name), ratio(name, few).toFixed(2));
  }
  const matches = BACKLOG / 10;
  const drained = await drain(setting, eventsOf(await populate(setting, 20, matches / 20), BACKLOG, 0.1), matches);
  row('backlog of 200,000 events, 10 % match, worked off', `${(BACKLOG / drained).toFixed(1)} s`);
};

const median = (values: readonly number[]): number => percentile(values, 50);
