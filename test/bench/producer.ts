import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads';
import { Redis } from 'ioredis';

const TICK_MS = 5;
const MOST_AT_ONCE = 1000;

interface Work {
  readonly redisUrl: string;
  readonly stream: string;
  readonly events: readonly string[];
  /** Events a second; `Infinity`: as fast as Redis takes them. */
  readonly rate: number;
}

/**
 * A producer in a thread of its own, so that it does not take its time from the worker's; answers what starts it. That resolves
 * when everything is in the stream.
 */
export const producer = async (work: Work): Promise<() => Promise<void>> => {
  const thread = new Worker(__filename, { workerData: work });
  await once(thread, 'message');
  return async () => {
    thread.postMessage('go');
    await once(thread, 'exit');
  };
};

/** In handfuls; what is late is made up for. */
const add = async ({ redisUrl, stream, events, rate }: Work, port: MessagePort): Promise<void> => {
  const redis = new Redis(redisUrl);
  await redis.ping();
  port.postMessage('ready');
  await once(port, 'message');
  const started = performance.now() - TICK_MS;
  for (let sent = 0; sent < events.length;) {
    const due = Math.min(events.length, sent + MOST_AT_ONCE, ((performance.now() - started) / 1000) * rate);
    const pipeline = redis.pipeline();
    for (const event of events.slice(sent, due)) pipeline.xadd(stream, '*', 'event', event);
    await pipeline.exec();
    sent = Math.floor(due);
    if (rate < Infinity) await sleep(TICK_MS);
  }
  redis.disconnect();
};

if (parentPort) void add(workerData as Work, parentPort);
