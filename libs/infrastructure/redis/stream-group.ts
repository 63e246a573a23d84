import { once } from 'node:events';
import type { RedisOptions } from 'ioredis';
import { blameOf, type Blame } from '#adapters/shared/persistence/blame';
import type { EventRedis } from '#infrastructure/redis/connections';
import { readEntries, type Entry } from '#infrastructure/redis/stream-entries';

const BLOCK_MS = 1000;

/** Far longer than the life of a claim: a consumer that lives reads every second. */
const LEFT_BEHIND_MS = 6 * 3_600_000;

/**
 * Removes consumers with nothing pending, which would go with them: the one named, or those that have read nothing for so long.
 * One script, so that none is given an entry between the look and the removal.
 */
const REMOVE_EMPTY = `
  for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
    local one = {}
    for n = 1, #fields, 2 do one[fields[n]] = fields[n + 1] end
    if one.pending == 0 and (one.name == ARGV[2] or one.idle > tonumber(ARGV[3])) then
      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one.name)
    end
  end`;

/** Who reads a stream, in the name of which group. */
export interface Membership {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  /** Most entries at once. */
  readonly count: number;
  /** After how long, in milliseconds, the entries of a reader that says nothing are taken over. */
  readonly patienceMs: number;
}

/** One consumer of a group that reads a stream: what it is given stays its own until it is acknowledged. */
export class StreamGroup {
  /** For what is answered at once. */
  readonly redis: EventRedis;
  private readonly reader: EventRedis;

  constructor(
    private readonly member: Membership,
    open: (name: string, options?: RedisOptions) => EventRedis,
  ) {
    const { stream, group } = member;
    this.redis = open(`${group}:${stream}`);
    // Of its own: what is sent behind a blocking read waits for it. Gives up on a server that is frozen.
    this.reader = open(`reader:${group}:${stream}`, { commandTimeout: BLOCK_MS + 2000 });
  }

  /** Waits for the connections, and makes the group: from the very beginning, never from `$`: what was sent before it counts too. */
  async join(): Promise<void> {
    await Promise.all([this.redis, this.reader].map(ready));
    try {
      await this.redis.xgroup('CREATE', this.member.stream, this.member.group, '0', 'MKSTREAM');
    } catch (failure) {
      if (!(failure as Error).message.startsWith('BUSYGROUP')) throw failure;
    }
    await this.removeEmpty('');
  }

  /** Takes this consumer out of the group once it reads no more; one with something pending stays, for others to take over. */
  async leave(): Promise<void> {
    // Redis may be away: then the next one to join does it.
    await this.removeEmpty(this.member.consumer).catch(() => undefined);
  }

  private async removeEmpty(consumer: string): Promise<void> {
    const { stream, group } = this.member;
    await this.redis.eval(REMOVE_EMPTY, 1, stream, group, consumer, LEFT_BEHIND_MS);
  }

  /** `after` is `>` for new entries (waits up to a second for them), or an id for own pending ones. */
  async read(after: string): Promise<Entry[]> {
    const { stream, group, consumer, count } = this.member;
    const block = after === '>' ? ['BLOCK', BLOCK_MS] : [];
    return readEntries(
      await this.reader.callBuffer(
        'XREADGROUP',
        ...['GROUP', group, consumer, 'COUNT', count, ...block, 'STREAMS', stream, after],
      ),
    );
  }

  /** What this consumer was given and has not acknowledged: its connection broke, or a batch failed. A batch at a time. */
  async *ownPending(): AsyncGenerator<Entry[]> {
    for (let after = '0-0'; ;) {
      const entries = await this.read(after);
      const last = entries.at(-1);
      if (!last) return;
      yield entries;
      after = last.id;
    }
  }

  /** What another reader was given and has not acknowledged for longer than patience lasts; now this one's. A batch at a time. */
  async *abandoned(): AsyncGenerator<Entry[]> {
    const { stream, group, consumer, count, patienceMs } = this.member;
    for (let cursor = '0-0'; ;) {
      const answer = (await this.redis.callBuffer(
        'XAUTOCLAIM',
        ...[stream, group, consumer, patienceMs, cursor, 'COUNT', count],
      )) as [Buffer, unknown];
      yield readEntries([[null, answer[1]]]);
      cursor = answer[0].toString();
      if (cursor === '0-0') return;
    }
  }

  async acknowledge(entries: readonly Entry[]): Promise<void> {
    if (entries.length > 0) {
      await this.redis.xack(this.member.stream, this.member.group, ...entries.map(({ id }) => id));
    }
  }
}

/** Whose fault it is that a stream could not be read on. */
export const blameOfReading = (failure: unknown): Blame =>
  isRedisTrouble((failure as Error).message) ? 'world' : blameOf(failure);

/** Waits for a connection that is being made, for as long as making it may take. */
export const ready = async (redis: EventRedis): Promise<void> => {
  if (redis.status === 'ready') return;
  await once(redis, 'ready', { signal: AbortSignal.timeout(5000) });
};

/** `NOGROUP`: the stream was flushed, and the group is made again. */
const isRedisTrouble = (message: string): boolean =>
  /NOGROUP|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|Stream isn't writeable|Command timed out|operation was aborted|max retries per request|cluster|slots cache/i.test(
    message,
  );
