import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { PartHealth } from '#application/shared/health';
import { blameOf } from '#adapters/shared/persistence/blame';
import type { EventIntake, RawMessage } from '#adapters/workflows/messaging/event-intake';
import type { Config } from '#infrastructure/config/config';
import type { RedisConnections } from '#infrastructure/redis/connections';
import { readEntries, type Entry } from '#infrastructure/redis/stream-entries';

export const GROUP = 'goal-service';
export const SHARDS_SEEN = 'goal-service:events:in:shards';
export const shardKey = (shard: number): string => `goal-service:events:in:${String(shard)}`;

const BLOCK_MS = 1000;
const BATCHES_AT_ONCE = 2;
const TEND_EVERY_MS = 2000;
const POSTPONED_MS = 500;

/**
 * Reads one stream as a member of the consumer group: own pending entries first after every connect, then new ones, and now
 * and then those whose reader has died. What is handed over is acknowledged after its commit and never before.
 */
export class StreamLoop {
  private readonly log: Logger;
  private readonly redis: Redis;
  private readonly reader: Redis;
  private stopping = false;
  private finished: Promise<void> = Promise.resolve();
  private lastHandled = Date.now();
  private trouble: { state: 'degraded' | 'down'; detail: string } | undefined;
  private lastTended = 0;
  private postponed: Entry[] = [];
  private lastRetried = 0;

  constructor(
    private readonly stream: string,
    private readonly consumer: string,
    private readonly config: Config,
    private readonly intake: EventIntake,
    connections: RedisConnections,
    /** `false`: the loop ends when the stream is empty (a shard of former times). */
    private readonly forGood: boolean,
  ) {
    this.log = new Logger(`StreamLoop ${stream}`);
    this.redis = connections.open(`stream:${stream}`);
    // Of its own: what is sent behind a blocking read waits for it. Gives up on a server that is frozen.
    this.reader = connections.open(`reader:${stream}`, { commandTimeout: BLOCK_MS + 2000 });
  }

  run(): Promise<void> {
    this.finished = this.loop();
    return this.finished;
  }

  /** Lets the batch in hand be finished. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.finished;
  }

  health(): PartHealth {
    const age_seconds = Math.round((Date.now() - this.lastHandled) / 1000);
    return this.trouble ? { ...this.trouble, age_seconds } : { state: 'ok', age_seconds };
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.joinGroup();
        await this.ownPending();
        this.trouble = undefined;
        if (await this.readOn()) return;
      } catch (failure) {
        await this.waitAfter(failure);
      }
    }
  }

  /** From the very beginning, never from `$`: what was sent before the group existed counts too. */
  private async joinGroup(): Promise<void> {
    try {
      await this.redis.xgroup('CREATE', this.stream, GROUP, '0', 'MKSTREAM');
    } catch (failure) {
      if (!(failure as Error).message.startsWith('BUSYGROUP')) throw failure;
    }
  }

  /** What this consumer was given and has not acknowledged: its connection broke, or the batch failed. */
  private async ownPending(): Promise<void> {
    for (let after = '0-0'; ;) {
      const entries = await this.read(after);
      const last = entries.at(-1);
      if (!last) return;
      await this.handle(entries);
      after = last.id;
    }
  }

  /**
   * Until told to stop, or until a stream of former times is empty. A batch is read while others are decided: PostgreSQL and
   * this process are then both at work. Answers whether there is nothing more to come.
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
    while (!this.stopping && failures.length === 0 && !isEmpty) {
      const entries = await this.read('>');
      if (entries.length > 0) begin(this.handle(entries));
      if (inHand.size >= BATCHES_AT_ONCE) await Promise.race(inHand);
      await this.tend();
      isEmpty = !this.forGood && entries.length === 0 && (await this.isEmpty());
    }
    await Promise.all(inHand);
    if (failures.length > 0) throw failures[0];
    return isEmpty;
  }

  /** `after` is `>` for new entries (waits up to a second for them), or an id for own pending ones. */
  private async read(after: string): Promise<Entry[]> {
    const block = after === '>' ? ['BLOCK', BLOCK_MS] : [];
    const count = this.config.EVENT_BATCH_SIZE;
    return readEntries(
      await this.reader.callBuffer(
        'XREADGROUP',
        ...['GROUP', GROUP, this.consumer, 'COUNT', count, ...block, 'STREAMS', this.stream, after],
      ),
    );
  }

  private async handle(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const postponed = new Set(
      (await this.intake.takeBatch(entries.map((entry) => this.message(entry)))).map(({ origin }) => origin),
    );
    const handled = entries.filter(({ id }) => !postponed.has(this.originOf(id)));
    if (handled.length > 0) await this.redis.xack(this.stream, GROUP, ...handled.map(({ id }) => id));
    this.postponed.push(...entries.filter(({ id }) => postponed.has(this.originOf(id))));
    this.lastHandled = Date.now();
  }

  private message({ id, event }: Entry): RawMessage {
    const milliseconds = Number(id.slice(0, id.indexOf('-')));
    return { raw: event, origin: this.originOf(id), receivedAt: new Date(milliseconds) };
  }

  private originOf(id: string): string {
    return `${this.stream}/${id}`;
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
    for (let cursor = '0-0'; ;) {
      const answer = (await this.redis.callBuffer(
        'XAUTOCLAIM',
        this.stream,
        GROUP,
        this.consumer,
        this.config.EVENT_PROCESSING_TIMEOUT_MS,
        cursor,
        'COUNT',
        this.config.EVENT_BATCH_SIZE,
      )) as [Buffer, unknown];
      const mine = new Set(this.postponed.map(({ id }) => id));
      await this.handle(readEntries([[null, answer[1]]]).filter(({ id }) => !mine.has(id)));
      cursor = answer[0].toString();
      if (cursor === '0-0' || this.stopping) return;
    }
  }

  /** Drops what every group has handled, but for the last minutes, which can be replayed. */
  private async trim(): Promise<void> {
    const groups = (await this.redis.xinfo('GROUPS', this.stream)) as unknown[][];
    const bounds = await Promise.all(
      groups.map(async (fields) => {
        const group = Object.fromEntries(pairs(fields)) as {
          name: string;
          pending: number;
          'last-delivered-id': string;
        };
        if (group.pending === 0) return group['last-delivered-id'];
        const [, least] = (await this.redis.xpending(this.stream, group.name)) as [number, string | null];
        return least ?? group['last-delivered-id'];
      }),
    );
    const replayed = `${String(Date.now() - this.config.STREAM_REPLAY_SECONDS * 1000)}-0`;
    const least = [...bounds, replayed].reduce((low, id) => (isBefore(id, low) ? id : low));
    await this.redis.xtrim(this.stream, 'MINID', '~', least);
  }

  private async isEmpty(): Promise<boolean> {
    const [pending] = (await this.redis.xpending(this.stream, GROUP)) as [number];
    return pending === 0 && this.postponed.length === 0;
  }

  /** The world's fault waits a moment; ours stops this stream, tells everybody, and is tried again every few seconds. */
  private async waitAfter(failure: unknown): Promise<void> {
    this.postponed = [];
    const { message } = failure as Error;
    const ours = blameOf(failure) === 'ours' && !isRedisTrouble(message);
    this.trouble = { state: ours ? 'down' : 'degraded', detail: message };
    if (ours) this.log.error(failure);
    else this.log.warn(`waiting: ${message}`);
    await sleep(ours ? 3000 : 250);
  }
}

/** `NOGROUP`: the stream was flushed, and the group is made again. */
const isRedisTrouble = (message: string): boolean =>
  /NOGROUP|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|Stream isn't writeable|Command timed out|max retries per request/i.test(
    message,
  );

const pairs = (fields: readonly unknown[]): [string, unknown][] =>
  fields.flatMap((field, n) => (n % 2 === 0 ? [[String(field), fields[n + 1]] as [string, unknown]] : []));

const isBefore = (one: string, other: string): boolean => {
  const [[a = 0n, b = 0n], [c = 0n, d = 0n]] = [one.split('-').map(BigInt), other.split('-').map(BigInt)];
  return a === c ? b < d : a < c;
};
