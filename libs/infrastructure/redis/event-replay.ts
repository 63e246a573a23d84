import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { Config } from '#infrastructure/config/config';
import { RedisConnections } from '#infrastructure/redis/connections';
import { messageOf, readEntries } from '#infrastructure/redis/stream-entries';
import { shardKey, SHARDS_SEEN } from '#infrastructure/redis/stream-loop';

const POSTPONED_MS = 500;

/**
 * Decides events once more that stand in the streams still (`STREAM_REPLAY_SECONDS`): after a database was restored that is older
 * than they are. They are taken under the time they came at; what was decided before does not change.
 */
@Injectable()
export class EventReplay {
  constructor(
    private readonly config: Config,
    private readonly intake: EventIntake,
    private readonly connections: RedisConnections,
  ) {}

  /** Events added from one time to another, both in milliseconds and included. Answers how many there were. */
  async run(from: number, to: number): Promise<number> {
    const redis = this.connections.openForEvents('replay', { enableOfflineQueue: true, commandTimeout: 10_000 });
    const shards = Math.max(this.config.EVENT_SHARDS, Number(await redis.get(SHARDS_SEEN)));
    let replayed = 0;
    for (let shard = 0; shard < shards; shard += 1) {
      const stream = shardKey(shard);
      for (let [first, isMore] = [String(from), true]; isMore;) {
        const count = this.config.EVENT_BATCH_SIZE;
        const answer = await redis.callBuffer('XRANGE', stream, first, String(to), 'COUNT', count);
        const entries = readEntries([[null, answer]]);
        await this.take(entries.map((entry) => messageOf(stream, entry, Date.now())));
        replayed += entries.length;
        isMore = entries.length === count;
        first = `(${entries.at(-1)?.id ?? ''}`;
      }
    }
    return replayed;
  }

  /** Until none is left whose tenant is locked. */
  private async take(messages: readonly RawMessage[]): Promise<void> {
    let left = messages;
    while (left.length > 0) {
      left = await this.intake.takeBatch(left);
      if (left.length > 0) await sleep(POSTPONED_MS);
    }
  }
}
