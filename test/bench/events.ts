import { handleLiterally } from './literal';
import { producer } from './producer';
import { perSecond, row, times } from './report';
import { drain, keepUp, seconds } from './service';
import { eventsOf, populate, type Setting } from './setting';

const LITERAL_EVENTS = 6000;
const BACKLOG = 200_000;

/** The floor: source document 001 to the letter, on the same database. */
const measureLiteral = async (setting: Setting): Promise<number> => {
  const events = eventsOf(await populate(setting, 20, 60), LITERAL_EVENTS, 0.1);
  return events.length / (await seconds(() => handleLiterally(setting, events)));
};

/** The ceiling: the same entries, from the same producer, read by a consumer group and acknowledged, with nothing in between. */
const measureCeiling = async ({ redis, redisUrl }: Setting, events: readonly string[]): Promise<number> => {
  const stream = 'bench:ceiling';
  await redis.xgroup('CREATE', stream, 'bench', '0', 'MKSTREAM');
  const produce = await producer({ redisUrl, stream, events, rate: Infinity });
  const took = await seconds(async () => {
    const produced = produce();
    for (let read = 0; read < events.length;) {
      const parameters = ['GROUP', 'bench', 'one', 'COUNT', 1000, 'BLOCK', 1000, 'STREAMS', stream, '>'];
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

/** The stream's way in beside its floor and its ceiling, while the producer hands in what it can. */
export const benchEvents = async (setting: Setting): Promise<void> => {
  const literal = await measureLiteral(setting);
  row('001 to the letter (the floor), 20 tenants, 10 % match', perSecond(literal), times(1));
  const ceiling = await measureCeiling(setting, eventsOf(await populate(setting, 20, 10), 400_000, 0.1));
  row('read and acknowledge, nothing between (the ceiling)', perSecond(ceiling), times(ceiling / literal));
  const few = new Map<number, number>();
  for (const tenants of [20, 1000]) {
    for (const [percent, count] of [
      [1, 400_000],
      [10, 200_000],
      [50, 100_000],
    ] as const) {
      const matches = (count * percent) / 100;
      const events = eventsOf(await populate(setting, tenants, Math.ceil(matches / tenants)), count, percent / 100);
      const rate = await keepUp(setting, events, matches);
      const what = `${tenants.toLocaleString('en')} tenants, ${String(percent)} % match`;
      row(`stream, ${what}: of the floor`, perSecond(rate), times(rate / literal));
      row(`stream, ${what}: of the ceiling`, perSecond(rate), (rate / ceiling).toFixed(2));
      if (tenants === 20) few.set(percent, rate);
      else row(`stream, ${what}: of 20 tenants`, perSecond(rate), (rate / (few.get(percent) ?? rate)).toFixed(2));
    }
  }
  const matches = BACKLOG / 10;
  const rate = await drain(setting, eventsOf(await populate(setting, 20, matches / 20), BACKLOG, 0.1), matches);
  row('backlog of 200,000 events, 10 % match, worked off', `${(BACKLOG / rate).toFixed(1)} s`);
};
