import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

const TICK_MS = 5;

interface Work {
  readonly redisUrl: string;
  readonly stream: string;
  readonly events: readonly string[];
  readonly rate: number;
}

/** Adds events to a stream, so many a second, from a thread of its own: a producer does not take its time from the worker's. */
export const produce = async (work: Work): Promise<void> => {
  await once(new Worker(__filename, { workerData: work }), 'exit');
};

/** In small handfuls; what is late is made up for. */
const add = async ({ redisUrl, stream, events, rate }: Work): Promise<void> => {
  const redis = new Redis(redisUrl);
  const started = performance.now();
  for (let sent = 0; sent < events.length;) {
    const due = Math.min(events.length, Math.floor(((performance.now() - started) / 1000) * rate));
    const pipeline = redis.pipeline();
    for (const event of events.slice(sent, due)) pipeline.xadd(stream, '*', 'event', event);
    await pipeline.exec();
    sent = due;
    await sleep(TICK_MS);
  }
  redis.disconnect();
};

if (!isMainThread) void add(workerData as Work);
