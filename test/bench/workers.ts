import { perSecond, row } from './report';
import { keepUp } from './service';
import { eventsOf, populate, type Setting } from './setting';

const TENANTS = 20;

/** What a second worker process brings where both share the processors with PostgreSQL, Redis and the producer. */
export const benchWorkers = async (setting: Setting): Promise<void> => {
  for (const [percent, count] of [
    [1, 400_000],
    [10, 200_000],
  ] as const) {
    const matches = (count * percent) / 100;
    const by = async (workers: number): Promise<number> => {
      const population = await populate(setting, TENANTS, matches / TENANTS);
      return keepUp(setting, eventsOf(population, count, percent / 100), matches, workers);
    };
    const one = await by(1);
    row(`stream, ${String(percent)} % match, one worker`, perSecond(one), '1.00');
    const two = await by(2);
    row(`stream, ${String(percent)} % match, two workers`, perSecond(two), (two / one).toFixed(2));
  }
};
