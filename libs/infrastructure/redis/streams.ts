import { Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostname } from 'node:os';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import { Config } from '#infrastructure/config/config';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { HealthParts } from '#infrastructure/observability/health';
import { RedisConnections } from '#infrastructure/redis/connections';
import { ready } from '#infrastructure/redis/stream-group';
import { shardKey, SHARDS_SEEN, StreamLoop } from '#infrastructure/redis/stream-loop';

const ASK_AGAIN_MS = 1000;

/** Keeps the larger of what is there and what is given. */
const KEEP_LARGEST = `
  local most = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[1]))
  redis.call('SET', KEYS[1], most)
  return most`;

/** Reads all shards of the way in: those of today, and those of a time when there were more, until they are empty. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: StreamLoop[] = [];
  private readonly consumer = `${hostname()}-${String(process.pid)}-${randomUUID().slice(0, 8)}`;
  private stopped = false;

  constructor(
    private readonly config: Config,
    private readonly intake: EventIntake,
    private readonly connections: RedisConnections,
    private readonly health: HealthParts,
    private readonly points: CrashPoints,
  ) {}

  onApplicationBootstrap(): void {
    this.health.tell('consumers', () => worst(this.loops.map((loop) => loop.health())));
    for (let shard = 0; shard < this.config.EVENT_SHARDS; shard += 1) this.read(shard, true);
    void this.readOldShards();
  }

  /** Readiness first, then the batch in hand, then the connections (which close with the application). */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private read(shard: number, forGood: boolean): void {
    if (this.stopped) return;
    const { consumer, config, intake, connections, points } = this;
    const loop = new StreamLoop(shardKey(shard), consumer, config, intake, connections, points, forGood);
    this.loops.push(loop);
    void loop.run();
  }

  /** Asks until Redis answers: it may be away when the worker starts. */
  private async readOldShards(): Promise<void> {
    const redis = this.connections.openForEvents('shards');
    while (!this.stopped) {
      try {
        await ready(redis);
        const seen = Number(await redis.eval(KEEP_LARGEST, 1, SHARDS_SEEN, this.config.EVENT_SHARDS));
        for (let shard = this.config.EVENT_SHARDS; shard < seen; shard += 1) this.read(shard, false);
        return;
      } catch {
        await sleep(ASK_AGAIN_MS, undefined, { ref: false });
      }
    }
  }
}

type LoopHealth = ReturnType<StreamLoop['health']>;

const RANK: readonly LoopHealth['state'][] = ['off', 'ok', 'degraded', 'down'];

/** The worst state, with the age of whichever loop in it has last done something. */
const worst = (parts: readonly LoopHealth[]): LoopHealth =>
  parts.reduce(
    (bad, part) => {
      const byRank = RANK.indexOf(part.state) - RANK.indexOf(bad.state);
      const isYounger = (part.age_seconds ?? Infinity) < (bad.age_seconds ?? Infinity);
      return byRank > 0 || (byRank === 0 && isYounger) ? part : bad;
    },
    { state: 'ok', age_seconds: null },
  );
