import { AsyncLocalStorage } from 'node:async_hooks';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { readConfig } from '#infrastructure/config/config';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { messageOf, readEntries } from '#infrastructure/redis/stream-entries';
import { environmentOf, startWorker, STREAM } from './service';
import { FORM, type Setting } from './setting';

/** Told of messages that are done with, and when what they changed was committed: by this machine's clock, in milliseconds. */
export type Taken = (messages: readonly RawMessage[], committedAt: number) => void;

export interface Reader {
  close(): Promise<void>;
}

export type StartReader = (setting: Setting, taken: Taken) => Promise<Reader>;

/** The worker. A batch that changes nothing is done with when it is decided. */
export const service: StartReader = async (setting, taken) => {
  const worker = await startWorker(setting);
  const intake = worker.get(EventIntake, { strict: false });
  const batches = new AsyncLocalStorage<{ committedAt?: number }>();
  Object.assign(worker.get(CrashPoints, { strict: false }), {
    reach: (point: string) => {
      const batch = batches.getStore();
      if (batch && point === 'commit-answered') batch.committedAt = Date.now();
    },
  });
  const take = intake.takeBatch.bind(intake);
  intake.takeBatch = (messages) => {
    const batch: { committedAt?: number } = {};
    return batches.run(batch, async () => {
      const postponed = await take(messages);
      const left = new Set(postponed);
      taken(
        messages.filter((message) => !left.has(message)),
        batch.committedAt ?? Date.now(),
      );
      return postponed;
    });
  };
  return worker;
};

const BARE_GROUP = 'bare';
const AT_ONCE = 4;

/**
 * What the worker's waiting is held against: a group reads, writes a row for each event that asks for the form of a goal, one
 * transaction a read, and acknowledges. No tenants' walls, no validation, no goals, no locks, no audit, and nothing goes out.
 */
export const bare: StartReader = async (setting, taken) => {
  const { redisUrl, superUrl } = setting;
  const { EVENT_BATCH_SIZE } = readConfig(environmentOf(setting));
  const pool = new Pool({ connectionString: superUrl, max: AT_ONCE });
  await pool.query('CREATE TABLE IF NOT EXISTS bare_rows (event text NOT NULL)');
  const [reading, redis] = [new Redis(redisUrl), new Redis(redisUrl)];
  await redis.xgroup('CREATE', STREAM, BARE_GROUP, '0', 'MKSTREAM');

  const write = async (rows: readonly string[]): Promise<void> => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query({ name: 'write', text: 'INSERT INTO bare_rows SELECT unnest($1::text[])', values: [rows] });
    await client.query('COMMIT');
    client.release();
  };
  const handle = async (messages: readonly RawMessage[], ids: readonly string[]): Promise<void> => {
    const matching = messages.map(({ raw }) => raw.toString()).filter((raw) => raw.includes(`"${FORM}"`));
    if (matching.length > 0) await write(matching);
    taken(messages, Date.now());
    await redis.xack(STREAM, BARE_GROUP, ...ids);
  };
  const inHand = new Set<Promise<void>>();
  let stopped = false;
  const read = async (): Promise<void> => {
    while (!stopped) {
      const parameters = ['GROUP', BARE_GROUP, 'one', 'COUNT', EVENT_BATCH_SIZE, 'BLOCK', 100, 'STREAMS', STREAM, '>'];
      const entries = readEntries(await reading.callBuffer('XREADGROUP', ...parameters));
      if (entries.length === 0) continue;
      const messages = entries.map((entry) => messageOf(STREAM, entry, Date.now()));
      const handled = handle(
        messages,
        entries.map(({ id }) => id),
      ).finally(() => inHand.delete(handled));
      inHand.add(handled);
      if (inHand.size >= AT_ONCE) await Promise.race(inHand);
    }
    await Promise.all(inHand);
  };
  const reads = read();
  return {
    close: async () => {
      stopped = true;
      await reads;
      reading.disconnect();
      redis.disconnect();
      await pool.end();
    },
  };
};
