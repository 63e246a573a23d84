import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';

/** How old a generation may be when a read begins: the one limit of SPEC 7, *Cache*. */
const FRESH_MS = 2000;

interface Known {
  /** `null`: there is no such tenant. */
  readonly generation: number | null;
  /** When nobody could have had a newer one, by this process's own clock. */
  readonly asOf: number;
}

interface Raised {
  readonly id: string;
  readonly cache_generation: number;
}

/**
 * Each tenant's generation is part of the name of all that is cached of it. Changes that cannot tell Redis what they made
 * stale raise it, in their own transaction, and so leave everything behind.
 */
@Injectable()
export class CacheGenerations {
  private readonly known = new Map<string, Known>();
  private readonly asked = new Map<string, Promise<void>>();

  constructor(private readonly source: DataSource) {}

  /** At most two seconds old as the call begins. In the unit's transaction where that runs: it may hold the last connection. */
  async of(tenantId: string, unit: UnitOfWork): Promise<number | null> {
    const oldest = performance.now() - FRESH_MS;
    for (;;) {
      const known = this.known.get(tenantId);
      if (known && known.asOf >= oldest) return known.generation;
      await (unit.hasBegun ? this.read(tenantId, unit) : this.readOnce(tenantId));
    }
  }

  /** Raises it in a transaction that changes something; to be learned when that has been committed. */
  async raise(unit: UnitOfWork, tenantIds: readonly string[]): Promise<() => Promise<void>> {
    const asOf = performance.now();
    const runner = await unit.runner();
    const { records } = await runner.query(
      `UPDATE tenants t SET cache_generation = t.cache_generation + 1
       FROM (SELECT id FROM tenants WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE) held
       WHERE t.id = held.id RETURNING t.id, t.cache_generation`,
      [tenantIds],
      true,
    );
    return () => {
      for (const { id, cache_generation: generation } of records as Raised[]) {
        if (generation > (this.known.get(id)?.generation ?? -1)) this.known.set(id, { generation, asOf });
      }
      return Promise.resolve();
    };
  }

  /** Many requests may want it at once. */
  private readOnce(tenantId: string): Promise<void> {
    const under = this.asked.get(tenantId);
    if (under) return under;
    const unit = new UnitOfWork(Actor.system([tenantId]), this.source);
    const own = this.read(tenantId, unit).finally(() => {
      this.asked.delete(tenantId);
      return unit.rollback();
    });
    this.asked.set(tenantId, own);
    return own;
  }

  private async read(tenantId: string, unit: UnitOfWork): Promise<void> {
    const [before, asOf] = [this.known.get(tenantId), performance.now()];
    const runner = await unit.runner();
    const { records } = await runner.query('SELECT cache_generation FROM tenants WHERE id = $1', [tenantId], true);
    const [row] = records as { cache_generation: number }[];
    // Who has learned of another meanwhile may have learned of a later one.
    if (this.known.get(tenantId) !== before) return;
    this.known.set(tenantId, { generation: row?.cache_generation ?? null, asOf });
  }
}
