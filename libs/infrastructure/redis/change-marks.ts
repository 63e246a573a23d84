import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { CacheGenerations } from '#infrastructure/redis/cache-generations';
import { CacheServer } from '#infrastructure/redis/cache-server';

const unmarked = new Counter({
  name: 'goal_cache_unmarked_changes_total',
  help: 'Changes that could not tell Redis what they made stale, and raised the generation of their tenants instead.',
});

/**
 * Commits units of work so that nothing cached outlives what it was made of (SPEC 7, *Cache*): what is about to change is
 * marked before the commit and again before the caller is answered. Where Redis cannot be told, PostgreSQL is.
 */
@Injectable()
export class ChangeMarks {
  constructor(
    private readonly server: CacheServer,
    private readonly generations: CacheGenerations,
    private readonly source: DataSource,
    private readonly points: CrashPoints,
  ) {}

  /** Marks what is known by now, while the statements that change it are under way. */
  announce({ changes }: UnitOfWork): void {
    const news = changes.takeNews();
    if (news.length === 0) return;
    const marked = this.server.mark(news, changes.writer, 'to come');
    changes.marked = Promise.all([changes.marked, marked]).then((all) => !all.includes(false));
  }

  async commit(unit: UnitOfWork): Promise<void> {
    if (unit.changes.isEmpty) return unit.commit();
    this.announce(unit);
    const isMarked = await unit.changes.marked;
    unit.afterCommit.unshift(isMarked ? () => this.done(unit) : await this.raise(unit));
    this.points.reach('change-made');
    try {
      await unit.commit(() => {
        this.points.reach('commit-sent');
      });
    } catch (failure) {
      // The server may still get it done when the marks of before are long past.
      await this.mark(unit, unit.isInDoubt ? 'in doubt' : 'done');
      unit.changes.clear();
      throw failure;
    }
  }

  /** Takes back what was announced. */
  async rollback(unit: UnitOfWork): Promise<void> {
    await unit.rollback();
    if (unit.changes.marked && !unit.changes.isEmpty) await this.mark(unit, 'done');
  }

  private mark({ changes }: UnitOfWork, commit: 'done' | 'in doubt'): Promise<boolean> {
    return this.server.mark(changes.all(), changes.writer, commit);
  }

  /** What is read from now on may be kept again; a commit that came later than its marks reach is made good for. */
  private async done(unit: UnitOfWork): Promise<void> {
    this.points.reach('commit-answered');
    if (await this.mark(unit, 'done')) return;
    const own = new UnitOfWork(unit.actor, this.source);
    try {
      const learn = await this.raise(own, unit.changes.tenantIds);
      await own.commit();
      await learn();
    } finally {
      await own.rollback();
    }
  }

  private async raise(unit: UnitOfWork, tenantIds = unit.changes.tenantIds): Promise<() => Promise<void>> {
    const learn = await this.generations.raise(unit, tenantIds);
    unmarked.inc();
    return learn;
  }
}
