import { Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '#application/shared/tools';
import { Config } from '#infrastructure/config/config';
import { LocalWindows, SLIDE, type Verdict } from '#infrastructure/limits/window';
import { RedisConnections } from '#infrastructure/redis/connections';

const MINUTE_MS = 60_000;
const PATIENCE_MS = 100;
const PAUSE_MS = 1000;

/** What is counted apart, each with a limit of its own. */
export type LimitClass = 'usual' | 'events' | 'analytics' | 'auth' | 'login' | 'account';

/** An owner who is guessed at from everywhere still comes in: by a wider limit than any one place has. */
const ALL_PLACES = 10;

type Slide = (...keysAndArguments: (string | number)[]) => Promise<[number, number, number]>;

/**
 * How often somebody may ask, over the last minute, counted in Redis for all processes. While Redis is away each counts for itself:
 * nobody is shut out, and for a login a quarter must do, as there may be several processes to guess at.
 */
@Injectable()
export class Limits {
  private readonly log = new Logger(Limits.name);
  private readonly redis: Redis & { readonly slide: Slide };
  private readonly local = new LocalWindows();
  private readonly most: Readonly<Record<LimitClass, number>>;
  private pausedUntil = 0;

  constructor(
    connections: RedisConnections,
    config: Config,
    private readonly clock: Clock,
  ) {
    this.most = {
      usual: config.RATE_LIMIT,
      events: config.RATE_LIMIT_EVENTS,
      analytics: config.RATE_LIMIT_ANALYTICS,
      auth: config.RATE_LIMIT_AUTH,
      login: config.RATE_LIMIT_LOGIN,
      account: ALL_PLACES * config.RATE_LIMIT_LOGIN,
    };
    const scripts = { slide: { lua: SLIDE, numberOfKeys: 2 } };
    this.redis = connections.open('limits', { commandTimeout: PATIENCE_MS, scripts }) as typeof this.redis;
  }

  /** `undefined` where there is no limit. `who`: whatever is counted together. */
  async take(limitClass: LimitClass, who: string): Promise<Verdict | undefined> {
    const limit = this.most[limitClass];
    if (limit === 0) return undefined;
    const key = `${limitClass}:${who}`;
    return (await this.shared(key, limit)) ?? this.alone(limitClass, key, limit);
  }

  private async shared(key: string, limit: number): Promise<Verdict | undefined> {
    if (this.redis.status !== 'ready' || performance.now() < this.pausedUntil) return undefined;
    const now = this.clock.now().getTime();
    const window = Math.floor(now / MINUTE_MS);
    // Braces: a cluster keeps the two counts together.
    const of = (n: number): string => `goal-service:limit:{${key}}:${String(n)}`;
    try {
      const answer = await this.redis.slide(of(window), of(window - 1), limit, now % MINUTE_MS, MINUTE_MS);
      const [isAllowed, remaining, resetMs] = answer;
      return { isAllowed: isAllowed === 1, limit, remaining, resetMs };
    } catch (failure) {
      if (performance.now() >= this.pausedUntil) this.log.warn(`counted per process for a second: ${String(failure)}`);
      this.pausedUntil = performance.now() + PAUSE_MS;
      return undefined;
    }
  }

  private alone(limitClass: LimitClass, key: string, limit: number): Verdict {
    const own = limitClass === 'login' || limitClass === 'account' ? Math.ceil(limit / 4) : limit;
    return this.local.take(key, own, this.clock.now().getTime(), MINUTE_MS);
  }
}
