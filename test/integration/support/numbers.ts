import { Client } from 'pg';
import { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Cache, type CacheEntry } from '#application/shared/cache';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import type { TestApp } from '../../support/app';
import { Do, doorOf, Look } from './in-door';

/** Numbers in the database that only ever rise, each under a name, read and raised through an application's own door. */
export class Numbers {
  readonly actor: Actor;
  private readonly door: Door;
  private readonly db: Database;
  private readonly cache: Cache;

  constructor(
    app: TestApp,
    readonly tenantId: string,
  ) {
    this.actor = Actor.system([tenantId]);
    this.door = doorOf(app);
    this.db = app.nest.get(Database);
    this.cache = app.nest.get<Cache>(Cache);
  }

  async make(name: string): Promise<void> {
    await this.command(() =>
      this.db.query(
        `INSERT INTO catalog_entries (tenant_id, kind, external_id, name, created_at, updated_at) VALUES ($1, 'tags', $2, '0', now(), now())`,
        [this.tenantId, name],
      ),
    );
  }

  /** Answers the new number. */
  raise(name: string, meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<number> {
    return this.command(async () => {
      const number = await this.write(name);
      await meanwhile();
      return number;
    });
  }

  /** Inside a transaction. */
  async write(name: string): Promise<number> {
    const [row] = await this.db.query<{ name: string }>(
      `UPDATE catalog_entries SET name = (name::int + 1)::text WHERE tenant_id = $1 AND external_id = $2 RETURNING name`,
      [this.tenantId, name],
    );
    this.db.changed(this.tenantId, ['task', `task:${name}`]);
    return Number(row?.name);
  }

  /** Through the cache, with what is done between reading the row and answering it. */
  cached(name: string, dawdle: () => Promise<unknown> = () => Promise.resolve()): Promise<number | null> {
    return this.query(() =>
      this.kept(name, async () => {
        const number = await this.row(name);
        await dawdle();
        return number;
      }),
    );
  }

  direct(name: string): Promise<number | null> {
    return this.query(() => this.row(name));
  }

  /** Inside a request: what the cache makes of it. */
  kept<T>(name: string, load: () => Promise<T | null>, entry: Partial<CacheEntry> = {}): Promise<T | null> {
    return this.cache.read(
      this.tenantId,
      { kind: 'number', key: name, reads: [`task:${name}`], seconds: 60, ...entry },
      load,
    );
  }

  async row(name: string): Promise<number | null> {
    const [row] = await this.db.query<{ name: string }>(
      `SELECT name FROM catalog_entries WHERE tenant_id = $1 AND external_id = $2`,
      [this.tenantId, name],
    );
    return row ? Number(row.name) : null;
  }

  async query<T>(work: () => Promise<T>, actor = this.actor): Promise<T> {
    return valueOf(await this.door.send(new Look(actor, async () => ok(await work()))));
  }

  async command<T>(work: () => Promise<T>): Promise<T> {
    return valueOf(await this.send(async () => ok(await work())));
  }

  send<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    return this.door.send(new Do(this.actor, work));
  }
}

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** What this process asks PostgreSQL for a tenant during some work: transactions that see it, and statements that name it. */
export const statementsOf = async (tenantId: string, work: () => Promise<unknown>): Promise<string[]> => {
  const spy = jest.spyOn(Client.prototype, 'query') as unknown as jest.SpyInstance<unknown, unknown[]>;
  try {
    await work();
    return spy.mock.calls.map((call) => JSON.stringify(call)).filter((text) => text.includes(tenantId));
  } finally {
    spy.mockRestore();
  }
};
