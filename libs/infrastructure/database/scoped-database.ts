import { Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import type { EntityManager } from 'typeorm';
import { Database } from '#adapters/shared/persistence/database';
import type { Scope } from '#infrastructure/context/scope';
import type { UnitOfWork } from '#infrastructure/database/unit-of-work';

/** The database of the unit of work in hand. */
@Injectable()
export class ScopedDatabase implements Database {
  constructor(private readonly cls: ClsService<Scope>) {}

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const runner = await this.work.runner();
    const { records } = await runner.query(sql, [...parameters], true);
    return records as Row[];
  }

  async entities(): Promise<EntityManager> {
    return (await this.work.runner()).manager;
  }

  afterCommit(work: () => Promise<void>): void {
    this.work.afterCommit.push(work);
  }

  private get work(): UnitOfWork {
    const work = this.cls.isActive() ? this.cls.get('work') : undefined;
    if (!work) throw new Error('the database is reached through a door only');
    return work;
  }
}
