import { Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import type { PoolClient, QueryConfig, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { CachedThing } from '#application/shared/cache';
import { Database, type Settings } from '#adapters/shared/persistence/database';
import type { Scope } from '#infrastructure/context/scope';
import type { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { ChangeMarks } from '#infrastructure/redis/change-marks';

const names = new Map<string, string>();

/** PostgreSQL cuts names at 63 bytes; the statements are constants of the code, so there are few. */
const nameOf = (sql: string): string => {
  const name = names.get(sql) ?? `statement_${String(names.size)}`;
  names.set(sql, name);
  return name;
};

const named = (sql: string, parameters: readonly unknown[]): QueryConfig => ({
  name: nameOf(sql),
  text: sql,
  values: [...parameters],
});

/** The database of the unit of work in hand. */
@Injectable()
export class ScopedDatabase implements Database {
  constructor(
    private readonly cls: ClsService<Scope>,
    private readonly marks: ChangeMarks,
  ) {}

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.client();
    return (await client.query<Row & QueryResultRow>({ text: sql, values: [...parameters] })).rows;
  }

  async prepared<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.client();
    return (await client.query<Row & QueryResultRow>(named(sql, parameters))).rows;
  }

  peek<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.work.hasBegun
      ? this.prepared(sql, parameters)
      : this.work.apart<Row & QueryResultRow>(named(sql, parameters));
  }

  atCommit(sql: string, parameters: readonly unknown[]): void {
    this.work.last.push(named(sql, parameters));
  }

  async narrow(tenantIds: readonly string[], settings: Settings = {}): Promise<void> {
    const own = new Set(this.work.actor.tenantIds);
    if (!tenantIds.every((id) => own.has(id))) throw new Error('a transaction never sees more than its actor');
    const set = Object.entries(settings).map(([name, value]) => `, set_config('${name}', '${value}', true)`);
    await this.prepared(`SELECT set_config('app.tenant_ids', $1, true)${set.join('')}`, [tenantIds.join()]);
  }

  async entities(): Promise<EntityManager> {
    return (await this.work.runner()).manager;
  }

  changed(tenantId: string, things: readonly CachedThing[]): void {
    this.work.changes.add(tenantId, things);
  }

  announce(): void {
    this.marks.announce(this.work);
  }

  afterCommit(work: () => Promise<void>): void {
    this.work.afterCommit.push(work);
  }

  /** The driver itself: TypeORM's runner costs more than many a statement, and adds nothing that is used here. */
  private async client(): Promise<PoolClient> {
    return (await (await this.work.runner()).connect()) as PoolClient;
  }

  private get work(): UnitOfWork {
    const work = this.cls.isActive() ? this.cls.get('work') : undefined;
    if (!work) throw new Error('the database is reached through a door only');
    return work;
  }
}
