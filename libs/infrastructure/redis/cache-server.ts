import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '#infrastructure/config/config';
import type { Thing } from '#infrastructure/database/changes';
import { RedisConnections } from '#infrastructure/redis/connections';
import { LOOK, MARK } from '#infrastructure/redis/cache-scripts';

const PATIENCE_MS = 400;
const PAUSE_MS = 1000;
const NAME_LIFE_MS = 86_400_000;
/** Of a commit whose outcome nobody knows; it may stand at a server that waits for its standby. */
const IN_DOUBT_MS = 600_000;

type Script = (keys: number, ...keysAndArguments: (string | number)[]) => Promise<unknown>;
type WithScripts = Redis & { readonly cacheLook: Script; readonly cacheMark: Script };

/** What must stand before a value, so that nobody takes it for one of another time; and the value, where there is one. */
export interface Found {
  readonly key: string;
  readonly seen: string;
  readonly value: string | undefined;
}

/**
 * The cache's way to Redis: answers soon, or not at all. Every key names the run of the server it is on, so that what a
 * restarted one has forgotten or was set back to is not found; while the run is unknown there is no cache.
 */
@Injectable()
export class CacheServer {
  /** Longer than from a mark to the end of the commit behind it. */
  readonly longestCommitMs: number;
  private readonly log = new Logger(CacheServer.name);
  private readonly redis: WithScripts;
  private run: string | undefined;
  private connection = 0;
  private identifying: Promise<void> | undefined;
  private pausedUntil = 0;

  constructor(connections: RedisConnections, config: Config) {
    this.longestCommitMs = config.EVENT_PROCESSING_TIMEOUT_MS + 5000;
    // As commands of their own they go over the wire by their hash.
    const scripts = { cacheLook: { lua: LOOK }, cacheMark: { lua: MARK } };
    this.redis = connections.open('cache', { commandTimeout: PATIENCE_MS, scripts }) as WithScripts;
    this.redis.on('close', () => {
      this.connection += 1;
      this.run = undefined;
    });
    this.redis.on('ready', () => this.identify());
  }

  /** Whether it is worth asking. */
  get isThere(): boolean {
    if (performance.now() < this.pausedUntil) return false;
    if (this.run === undefined) this.identify();
    return this.run !== undefined;
  }

  /** `undefined` when nothing can be taken from the cache or put into it. `name`: of the value among the tenant's. */
  async look(tenantId: string, things: readonly string[], name: string): Promise<Found | undefined> {
    const answer = await this.ask(async (redis, run) => {
      const home = homeOf(tenantId, run);
      const key = `${home}value:${name}`;
      const keys = [`${home}since`, ...things.map((thing) => thingKey({ tenantId, thing }, run)), key];
      const args = [randomUUID(), this.longestCommitMs, NAME_LIFE_MS];
      const [seen, value] = ((await redis.cacheLook(keys.length, ...keys, ...args)) as string[] | null) ?? [];
      return { key, seen, value };
    });
    return answer?.seen === undefined ? undefined : { ...answer, seen: answer.seen };
  }

  /** Puts a value where it was looked for. Needs no check: under names that were replaced since it is not found. */
  async fill({ key, seen }: Found, value: string, seconds: number): Promise<void> {
    await this.ask((redis) => redis.set(key, seen + value, 'EX', seconds));
  }

  /**
   * Makes what is cached of these things unreachable, and keeps it out until the writer's commit is done; one in doubt may
   * still come about. Answers whether Redis was told.
   */
  async mark(things: readonly Thing[], writer: string, commit: 'to come' | 'done' | 'in doubt'): Promise<boolean> {
    const takes = { 'to come': this.longestCommitMs, done: 0, 'in doubt': IN_DOUBT_MS }[commit];
    const answer = await this.ask((redis, run) => {
      const keys = things.map((thing) => thingKey(thing, run));
      return redis.cacheMark(keys.length, ...keys, writer, takes);
    });
    return answer !== undefined;
  }

  /** After a failure the server is left alone for a second: one that hangs must not cost each request its patience. */
  private async ask<T>(use: (redis: WithScripts, run: string) => Promise<T>): Promise<T | undefined> {
    if (!this.isThere || this.run === undefined) return undefined;
    try {
      return await use(this.redis, this.run);
    } catch (failure) {
      this.pause(failure);
      return undefined;
    }
  }

  private identify(): void {
    const { connection } = this;
    if (this.redis.status !== 'ready') return;
    this.identifying ??= this.redis
      .info('server')
      .then((info) => {
        if (connection === this.connection) this.run = /^run_id:(\w+)/m.exec(info)?.[1];
      })
      .catch((failure: unknown) => this.pause(failure))
      .finally(() => (this.identifying = undefined));
  }

  private pause(failure: unknown): void {
    if (performance.now() >= this.pausedUntil) this.log.warn(`nothing is cached for a second: ${String(failure)}`);
    this.pausedUntil = performance.now() + PAUSE_MS;
  }
}

/** Braces: a cluster keeps what stands under one tenant together. */
const homeOf = (tenantId: string, run: string): string => `goal-service:cache:{${tenantId}}:${run}:`;

const thingKey = ({ tenantId, thing }: Thing, run: string): string => `${homeOf(tenantId, run)}thing:${thing}`;
