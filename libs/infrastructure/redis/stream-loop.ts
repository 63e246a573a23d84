import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Gauge } from 'prom-client';
import type { PartHealth } from '#application/shared/health';
import type { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import type { Config } from '#infrastructure/config/config';
import type { CrashPoints } from '#infrastructure/context/crash-points';
import type { RedisConnections } from '#infrastructure/redis/connections';
import { messageOf, type Entry } from '#infrastructure/redis/stream-entries';
import { blameOfReading, StreamGroup } from '#infrastructure/redis/stream-group';

export const GROUP = 'goal-service';
export const SHARDS_SEEN = 'goal-service:events:in:shards';
export const shardKey = (shard: number): string => `goal-service:events:in:${String(shard)}`;

const lag = new Gauge({
  name: 'goal_stream_lag',
  help: 'Entries of a way in that no reader was given yet, as of the last seconds.',
  labelNames: ['stream'],
});

const pending = new Gauge({
  name: 'goal_stream_pending',
  help: 'Entries of a way in that a reader was given and has not acknowledged.',
  labelNames: ['stream'],
});

/** While one waits for its commit others are read, decided and written; more than this wait for each other's counters. */
const BATCHES_AT_ONCE = 4;
const TEND_EVERY_MS = 2000;
const POSTPONED_MS = 500;

/**
 * Reads one stream as a member of the consumer group: own pending entries first after every connect, then new ones, and now
 * and then those whose reader has died. What is handed over is acknowledged after its commit and never before.
 */
export class StreamLoop {
  private readonly log: Logger;
  private readonly group: StreamGroup;
  private stopping = false;
  private finished: Promise<void> = Promise.resolve();
  private lastHandled = Date.now();
  private trouble: { state: 'degraded' | 'down'; detail: string } | undefined;
  private lastTended = 0;
  private postponed: Entry[] = [];
  private lastRetried = 0;

  constructor(
    private readonly stream: string,
    consumer: string,
    private readonly config: Config,
    private readonly intake: EventIntake,
    connections: RedisConnections,
    private readonly points: CrashPoints,
    /** `false`: the loop ends when the stream is empty (a shard of former times). */
    private readonly forGood: boolean,
  ) {
    this.log = new Logger(`StreamLoop ${stream}`);
    const { EVENT_BATCH_SIZE: count, EVENT_PROCESSING_TIMEOUT_MS: patienceMs } = config;
    const open = connections.openForEvents.bind(connections);
    this.group = new StreamGroup({ stream, group: GROUP, consumer, count, patienceMs }, open);
  }

  run(): Promise<void> {
    this.finished = this.loop();
    return this.finished;
  }

  /** Lets the batch in hand be finished. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.finished;
    await this.group.leave();
  }

  health(): PartHealth {
    const age_seconds = Math.round((Date.now() - this.lastHandled) / 1000);
    return this.trouble ? { ...this.trouble, age_seconds } : { state: 'ok', age_seconds };
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.group.join();
        for await (const entries of this.group.ownPending()) await this.handle(entries);
        this.trouble = undefined;
        if (await this.readOn()) return;
      } catch (failure) {
        await this.waitAfter(failure);
      }
    }
  }

  /**
   * Until told to stop, or until a stream of former times is empty. A batch is read while others are decided: Redis, PostgreSQL
   * and this process are then all at work. What was read is handled before this ends, or stays this consumer's own and is read
   * again after a failure: nobody else would look at it before patience is over. Answers whether there is nothing more to come.
   */
  private async readOn(): Promise<boolean> {
    const inHand = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const begin = (work: Promise<void>): void => {
      const running = work
        .catch((failure: unknown) => void failures.push(failure))
        .finally(() => inHand.delete(running));
      inHand.add(running);
    };
    let isEmpty = false;
    let next = this.readAhead();
    try {
      while (!this.stopping && failures.length === 0 && !isEmpty) {
        const entries = await next;
        next = this.readAhead();
        if (entries.length > 0) begin(this.handle(entries));
        if (inHand.size >= BATCHES_AT_ONCE) await Promise.race(inHand);
        await this.tend();
        isEmpty = !this.forGood && entries.length === 0 && (await this.isEmpty());
      }
    } catch (failure) {
      // What is in hand is waited for all the same: it would be decided again beside itself.
      failures.push(failure);
    }
    begin(next.then((entries) => this.handle(entries)));
    await Promise.all(inHand);
    if (failures.length > 0) throw failures[0];
    return isEmpty;
  }

  /** Its failure is found by whoever waits for it, and is none where nobody does any more. */
  private readAhead(): Promise<Entry[]> {
    const reading = this.group.read('>');
    reading.catch(() => undefined);
    return reading;
  }

  private async handle(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    this.points.reach('entries-read');
    const now = Date.now();
    const messages = entries.map((entry) => messageOf(this.stream, entry, now));
    const postponed = new Set<RawMessage | undefined>(await this.intake.takeBatch(messages));
    this.points.reach('batch-decided');
    await this.group.acknowledge(entries.filter((_, n) => !postponed.has(messages[n])));
    this.postponed.push(...entries.filter((_, n) => postponed.has(messages[n])));
    this.lastHandled = Date.now();
  }

  /** Now and then: events of tenants that were locked, entries of readers that died, and what nobody needs any more. */
  private async tend(): Promise<void> {
    if (this.postponed.length > 0 && Date.now() - this.lastRetried > POSTPONED_MS) {
      this.lastRetried = Date.now();
      await this.handle(this.postponed.splice(0, this.config.EVENT_BATCH_SIZE));
    }
    if (Date.now() - this.lastTended < TEND_EVERY_MS) return;
    this.lastTended = Date.now();
    await this.adopt();
    await this.trim();
  }

  /** Takes over what another reader was given and has not acknowledged for longer than a batch may take. */
  private async adopt(): Promise<void> {
    for await (const entries of this.group.abandoned()) {
      const mine = new Set(this.postponed.map(({ id }) => id));
      await this.handle(entries.filter(({ id }) => !mine.has(id)));
      if (this.stopping) return;
    }
  }

  /** Drops what every group has handled, but for the last minutes, which can be replayed. */
  private async trim(): Promise<void> {
    const groups = (await this.group.redis.xinfo('GROUPS', this.stream)) as unknown[][];
    const bounds = await Promise.all(
      groups.map(async (fields) => {
        const group = Object.fromEntries(pairs(fields)) as {
          name: string;
          pending: number;
          'last-delivered-id': string;
          lag: number | null;
        };
        if (group.name === GROUP) {
          // Redis does not know the lag behind deleted entries; it says so by null.
          lag.set({ stream: this.stream }, group.lag ?? NaN);
          pending.set({ stream: this.stream }, group.pending);
        }
        if (group.pending === 0) return group['last-delivered-id'];
        const [, least] = (await this.group.redis.xpending(this.stream, group.name)) as [number, string | null];
        return least ?? group['last-delivered-id'];
      }),
    );
    const replayed = `${String(Date.now() - this.config.STREAM_REPLAY_SECONDS * 1000)}-0`;
    const least = [...bounds, replayed].reduce((low, id) => (isBefore(id, low) ? id : low));
    await this.group.redis.xtrim(this.stream, 'MINID', '~', least);
  }

  private async isEmpty(): Promise<boolean> {
    const [pending] = (await this.group.redis.xpending(this.stream, GROUP)) as [number];
    return pending === 0 && this.postponed.length === 0;
  }

  /** The world's fault waits a moment; ours stops this stream, tells everybody, and is tried again every few seconds. */
  private async waitAfter(failure: unknown): Promise<void> {
    this.postponed = [];
    const { message } = failure as Error;
    const ours = blameOfReading(failure) === 'ours';
    this.trouble = { state: ours ? 'down' : 'degraded', detail: message };
    if (ours) this.log.error(failure);
    else this.log.warn(`waiting: ${message}`);
    await sleep(ours ? 3000 : 250);
  }
}

const pairs = (fields: readonly unknown[]): [string, unknown][] =>
  fields.flatMap((field, n) => (n % 2 === 0 ? [[String(field), fields[n + 1]] as [string, unknown]] : []));

const isBefore = (one: string, other: string): boolean => {
  const [[a = 0n, b = 0n], [c = 0n, d = 0n]] = [one.split('-').map(BigInt), other.split('-').map(BigInt)];
  return a === c ? b < d : a < c;
};
