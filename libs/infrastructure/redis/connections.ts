import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { Config } from '#infrastructure/config/config';

/** A command whose reply was cut is never sent again: an `XADD` would stand twice. The caller decides what to repeat. */
const COMMON: RedisOptions = {
  autoResendUnfulfilledCommands: false,
  lazyConnect: true,
  connectTimeout: 5000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2000),
};

/** Makes this process's connections to Redis, and closes all of them at the end. */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly log = new Logger(RedisConnections.name);
  private readonly made: Redis[] = [];

  constructor(private readonly config: Config) {}

  /** A connection of its own, for commands that must answer now or fail: nothing waits for Redis to come back. */
  open(name: string, options: RedisOptions = {}): Redis {
    const redis = new Redis(this.config.REDIS_URL, {
      ...COMMON,
      connectionName: `goal-service:${name}`,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 2000,
      ...options,
    });
    redis.on('error', (error) => {
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
