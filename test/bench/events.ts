import { literalService } from './literal';
import { perSecond, row, times } from './report';
import { drain, seconds } from './service';
import { eventsOf, fill, populate, type Setting } from './setting';

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
      const parameters = ['GROUP', 'bench', 'one', 'COUNT', 500, 'STREAMS', stream, '>'];
      const answer = (await redis.callBuffer('XREADGROUP', ...parameters)) as [unknown, [Buffer][]][];
      const ids = (answer[0]?.[1] ?? []).map(([id]) => id);
      await redis.xack(stream, 'bench', ...ids);
      read += ids.length;
    }
  });
  await redis.del(stream);
  return events.length / took;
};

/** The stream's way in beside its floor and its ceiling. */
export const benchEvents = async (setting: Setting): Promise<void> => {
  const literal = await measureLiteral(setting);
  row('001 to the letter (the floor), 20 tenants, 10 % match', perSecond(literal), times(1));
  const ceiling = await measureCeiling(setting, eventsOf(await populate(setting, 20, 10), 200_000, 0.1));
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
      const rate = await drain(setting, events, matches);
      const what = `${tenants.toLocaleString('en')} tenants, ${String(percent)} % match`;
      row(`stream, ${what}: of the floor`, perSecond(rate), times(rate / literal));
      row(`stream, ${what}: of the ceiling`, perSecond(rate), (rate / ceiling).toFixed(2));
      if (count === 200_000 && tenants === 20)
        row('backlog of 200,000 events worked off', `${(count / rate).toFixed(1)} s`);
      if (tenants === 20) few.set(percent, rate);
      else row(`stream, ${what}: of 20 tenants`, perSecond(rate), (rate / (few.get(percent) ?? rate)).toFixed(2));
    }
  }
};
