import { Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { Counter } from 'prom-client';
import type { Cache, CacheEntry } from '#application/shared/cache';
import { VERSION } from '#infrastructure/config/version';
import type { Scope } from '#infrastructure/context/scope';
import { ANYTHING } from '#infrastructure/database/changes';
import { CacheGenerations } from '#infrastructure/redis/cache-generations';
import { CacheServer, type Found } from '#infrastructure/redis/cache-server';

const reads = new Counter({
  name: 'goal_cache_reads_total',
  help: 'Reads through the cache: found there, loaded and put there, or loaded past it.',
  labelNames: ['kind', 'outcome'],
});

/** The cache of queries; a request that may have changed something reads the database (ADR 0040). */
@Injectable()
export class RedisCache implements Cache {
  private readonly loads = new Map<string, Promise<unknown>>();

  constructor(
    private readonly cls: ClsService<Scope>,
    private readonly server: CacheServer,
    private readonly generations: CacheGenerations,
  ) {}

  async read<T>(tenantId: string, entry: CacheEntry, load: () => Promise<T | null>): Promise<T | null> {
    const found = entry.seconds > 0 ? await this.look(tenantId, entry) : undefined;
    const outcome = found === undefined ? 'bypass' : found.value === undefined ? 'miss' : 'hit';
    reads.inc({ kind: entry.kind, outcome });
    if (found === undefined) return load();
    if (found.value !== undefined) return JSON.parse(found.value) as T;
    return this.share(`${found.key} ${found.seen}`, load, () => this.loadInto(found, entry.seconds, load));
  }

  /** The generation first: what is taken for fresh when the read begins may not be older than two seconds. */
  private async look(tenantId: string, { kind, key, reads: things }: CacheEntry): Promise<Found | undefined> {
    const unit = this.cls.isActive() ? this.cls.get('work') : undefined;
    // Row-level security does not see a hit: what an actor may not read in the database is not looked for.
    if (!unit?.onlyReads || !unit.changes.isEmpty || !unit.actor.tenantIds.includes(tenantId)) return undefined;
    if (!this.server.isThere) return undefined;
    const generation = await this.generations.of(tenantId, unit);
    if (generation === null) return undefined;
    // An older version of the service may have kept another shape.
    return this.server.look(tenantId, [ANYTHING, ...things], `${String(generation)}:${VERSION}:${kind}:${key}`);
  }

  private async loadInto<T>(found: Found, seconds: number, load: () => Promise<T | null>): Promise<T | null> {
    const value = await load();
    if (value !== null) void this.server.fill(found, JSON.stringify(value), seconds);
    return value;
  }

  /**
   * One load for all who miss the same value under the same names: what the first one sees was not changed before the last
   * one asked, or the names would be others. Its failure is its own.
   */
  private share<T>(name: string, load: () => Promise<T | null>, first: () => Promise<T | null>): Promise<T | null> {
    const under = this.loads.get(name) as Promise<T | null> | undefined;
    if (under) return under.catch(load);
    const own = first();
    this.loads.set(name, own);
    return own.finally(() => this.loads.delete(name));
  }
}
