import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { Config } from '#infrastructure/config/config';
import { accessOf, placeOf } from '#infrastructure/redis/address';

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** attempt, 2000);

/**
 * Commands answer now or fail: nothing waits for Redis to come back. One whose reply was cut is never sent again by the client: an
 * `XADD` would stand twice. The caller decides what to repeat.
 */
const PROMPT: RedisOptions = {
  autoResendUnfulfilledCommands: false,
  connectTimeout: 5000,
  maxRetriesPerRequest: 0,
  commandTimeout: 2000,
};

/** Where a slot has gone is told once; a node that is away is for the caller to wait for. */
const MOST_REDIRECTIONS = 3;

/** How often a cluster is asked who has which slot: a master that hangs does not say that another has taken over. */
const LOOK_AROUND_MS = 5000;

/** What a command of one key can be sent to: a server, or the cluster whose node holds the key. */
export type EventRedis = Redis | Cluster;

/** Makes this process's connections to Redis, and closes all of them at the end. */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly log = new Logger(RedisConnections.name);
  private readonly made: EventRedis[] = [];

  constructor(private readonly config: Config) {}

  /** A connection of its own. */
  open(name: string, options: RedisOptions = {}): Redis {
    const own = { ...PROMPT, ...named(name), ...options };
    return this.connect(
      name,
      new Redis(this.config.REDIS_URL, { lazyConnect: true, enableOfflineQueue: false, retryStrategy, ...own }),
    );
  }

  /** The same to where the streams of incoming events lie. */
  openForEvents(name: string, options: RedisOptions = {}): EventRedis {
    if (this.config.EVENT_REDIS_CLUSTER === '') return this.open(name, options);
    const nodes = this.config.EVENT_REDIS_CLUSTER.split(',').map((text) => new URL(text.trim()));
    const cluster = new Cluster(nodes.map(placeOf), {
      ...{ lazyConnect: true, enableOfflineQueue: options.enableOfflineQueue ?? false },
      ...{ maxRedirections: MOST_REDIRECTIONS, clusterRetryStrategy: retryStrategy },
      ...{ slotsRefreshInterval: LOOK_AROUND_MS },
      // Or a command whose reply was cut would be sent again after all.
      retryDelayOnFailover: 0,
      // By their names, for which their certificates are good.
      dnsLookup: (host, use) => use(null, host),
      redisOptions: { ...PROMPT, ...named(name), ...options, ...(nodes[0] && accessOf(nodes[0])) },
    });
    return this.connect(name, cluster);
  }

  private connect<T extends EventRedis>(name: string, redis: T): T {
    redis.on('error', (error: Error) => {
      this.log.debug(`redis ${name}: ${error.message}`);
    });
    redis.connect().catch(() => undefined);
    this.made.push(redis);
    return redis;
  }

  onApplicationShutdown(): void {
    for (const redis of this.made) redis.disconnect();
  }
}

const named = (name: string): RedisOptions => ({ connectionName: `goal-service:${name}` });
