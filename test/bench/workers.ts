import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from '../chaos/fleet';
import { perSecond, row } from './report';
import { isDrained, seconds, STREAM, until } from './service';
import { eventsOf, exits, fill, populate, type Setting } from './setting';

const DIST = join(__dirname, '../..');
const EVENTS = 200_000;
const STARTING_MS = 4000;

/** Events a second of so many worker processes: they stand still while the stream is filled, and then go on together. */
const drainBy = async (setting: Setting, count: number): Promise<number> => {
  const events = eventsOf(await populate(setting, 20, EVENTS / 10 / 20), EVENTS, 0.1);
  const before = await exits(setting);
  await setting.redis.del(STREAM);
  const workers = Array.from({ length: count }, () => new Member(DIST, 'apps/worker/main.js', environmentOf(setting)));
  for (const worker of workers) worker.start();
  await sleep(STARTING_MS);
  for (const worker of workers) worker.signal('SIGSTOP');
  await fill(setting.redis, STREAM, events);
  const took = await seconds(() => {
    for (const worker of workers) worker.signal('SIGCONT');
    return until(() => isDrained(setting));
  });
  await Promise.all(workers.map((worker) => worker.end()));
  const seen = (await exits(setting)) - before;
  if (seen !== EVENTS / 10) throw new Error(`expected ${String(EVENTS / 10)} exits and saw ${String(seen)}`);
  return EVENTS / took;
};

const environmentOf = ({ appUrl, redisUrl }: Setting): Record<string, string> => ({
  ...{ DATABASE_URL: appUrl, REDIS_URL: redisUrl, SECRET_KEY: 'the bench of this project alone' },
  ...{ METRICS_PORT: '0', LOG_LEVEL: 'error' },
});

/** What a second worker brings where both share the processors with PostgreSQL and Redis. */
export const benchWorkers = async (setting: Setting): Promise<void> => {
  const one = await drainBy(setting, 1);
  row('stream, 10 % match, one worker process', perSecond(one), '1.00');
  const two = await drainBy(setting, 2);
  row('stream, 10 % match, two worker processes', perSecond(two), (two / one).toFixed(2));
};
