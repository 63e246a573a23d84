import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { shardKey } from '#infrastructure/redis/stream-loop';
import type { DemoEvent, WayIn } from '#infrastructure/demo/month';
import type { ShopApi } from '#infrastructure/demo/shop-api';

/** Sends events one way; tells after each part how many have gone. */
type Send = (events: readonly DemoEvent[], sent: (count: number) => void) => Promise<void>;

const HTTP_BATCH = 500;
const REDIS_BATCH = 200;
const SUBSCRIBER_PATIENCE_MS = 30_000;

const parts = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));

/** The three ways in (API, *Messages coming in*). */
export const waysIn = (api: ShopApi, redis: Redis): Readonly<Record<WayIn, Send>> => ({
  http: async (events, sent) => {
    for (const batch of parts(events, HTTP_BATCH)) {
      await api.ask('POST', '/events', { events: batch });
      sent(batch.length);
    }
  },
  stream: async (events, sent) => {
    for (const batch of parts(events, REDIS_BATCH)) {
      const pipeline = redis.pipeline();
      for (const event of batch) pipeline.xadd(shardKey(0), '*', 'event', JSON.stringify(event));
      await results(pipeline.exec());
      sent(batch.length);
    }
  },
  pubsub: async (events, sent) => {
    for (const batch of parts(events, REDIS_BATCH)) {
      await publish(redis, batch);
      sent(batch.length);
    }
  },
});

/** A message nobody heard is gone, so it is said again until somebody listens. */
const publish = async (redis: Redis, events: readonly DemoEvent[]): Promise<void> => {
  const deadline = Date.now() + SUBSCRIBER_PATIENCE_MS;
  let unheard = events;
  while (unheard.length > 0) {
    const pipeline = redis.pipeline();
    for (const event of unheard) pipeline.publish(event.event_type, JSON.stringify(event));
    const heardBy = await results(pipeline.exec());
    unheard = unheard.filter((_, n) => heardBy[n] === 0);
    if (unheard.length > 0 && Date.now() > deadline) throw new Error('Nobody listens on the channels of the events.');
    if (unheard.length > 0) await sleep(100);
  }
};

const results = async (executed: ReturnType<ReturnType<Redis['pipeline']>['exec']>): Promise<unknown[]> =>
  ((await executed) ?? []).map(([failure, result]) => {
    if (failure) throw failure;
    return result;
  });

/** Whether every entry of the stream has been read and acknowledged by all who read it. */
export const isDrained = async (redis: Redis): Promise<boolean> => {
  const stream = asRecord(await redis.xinfo('STREAM', shardKey(0)));
  const groups = ((await redis.xinfo('GROUPS', shardKey(0))) as unknown[]).map(asRecord);
  return groups.every((group) => group.pending === 0 && group['last-delivered-id'] === stream['last-generated-id']);
};

/** Redis answers such things as a list of names and values in turn. */
const asRecord = (reply: unknown): Record<string, unknown> => {
  const list = reply as unknown[];
  return Object.fromEntries(list.flatMap((name, n) => (n % 2 === 0 ? [[String(name), list[n + 1]]] : [])));
};
