import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { DataSource } from 'typeorm';
import type { PartHealth } from '#application/shared/health';
import { VERSION } from '#infrastructure/config/version';
import { MIGRATIONS } from '#infrastructure/database/migrations';
import { RedisConnections } from '#infrastructure/redis/connections';

const HEAD = MIGRATIONS.at(-1)?.name;

/** What runs in this process tells of itself here. */
@Injectable()
export class HealthParts {
  private readonly parts = new Map<string, () => PartHealth>();

  tell(name: string, health: () => PartHealth): void {
    this.parts.set(name, health);
  }

  all(): Record<string, PartHealth> {
    return Object.fromEntries([...this.parts].map(([name, health]) => [name, health()]));
  }
}

export interface HealthReport {
  readonly service: 'goal_service';
  readonly version: string;
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly uptime: string;
  readonly database_connected: boolean;
  readonly redis_connected: boolean;
  readonly details: Readonly<Record<string, PartHealth>>;
}

/** Asks PostgreSQL, Redis and the parts of this process how they are (API, *Operations*). */
@Injectable()
export class Health implements BeforeApplicationShutdown {
  private readonly redis;
  private isEnding = false;

  constructor(
    private readonly source: DataSource,
    private readonly parts: HealthParts,
    connections: RedisConnections,
  ) {
    this.redis = connections.open('health', { commandTimeout: 1000 });
  }

  /** From the first signal on no more work should be sent here. */
  beforeApplicationShutdown(): void {
    this.isEnding = true;
  }

  async report(): Promise<HealthReport> {
    const [migrations, redis] = await Promise.all([this.migrations(), this.redisConnected()]);
    const details = { consumers: OFF, relay: OFF, listeners: OFF, ...this.parts.all(), migrations };
    const broken =
      this.isEnding || migrations.state === 'down' || Object.values(details).some(({ state }) => state === 'down');
    return {
      service: 'goal_service',
      version: VERSION,
      status: broken ? 'unhealthy' : redis ? 'healthy' : 'degraded',
      uptime: `${process.uptime().toFixed(2)}s`,
      database_connected: migrations.detail !== UNREACHABLE,
      redis_connected: redis,
      details,
    };
  }

  private async migrations(): Promise<PartHealth> {
    try {
      const rows = await withinASecond(
        this.source.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1'),
      );
      return rows[0]?.name === HEAD
        ? { state: 'ok', age_seconds: null }
        : {
            state: 'down',
            age_seconds: null,
            detail: `the schema is at ${rows[0]?.name ?? 'nothing'}, not at ${HEAD ?? ''}`,
          };
    } catch (failure) {
      return { state: 'down', age_seconds: null, detail: answerIn(failure) ?? UNREACHABLE };
    }
  }

  private async redisConnected(): Promise<boolean> {
    return this.redis.ping().then(
      () => true,
      () => false,
    );
  }
}

const UNREACHABLE = 'PostgreSQL does not answer';
const OFF: PartHealth = { state: 'off', age_seconds: null, detail: 'not in this process' };

/** What PostgreSQL said, where it said something: TypeORM wraps what a statement was refused with. */
const answerIn = (failure: unknown): string | undefined => {
  const { driverError = failure } = failure as { driverError?: unknown };
  return driverError instanceof DatabaseError ? driverError.message : undefined;
};

const withinASecond = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      setTimeout(() => {
        reject(new Error(UNREACHABLE));
      }, 1000).unref();
    }),
  ]);
