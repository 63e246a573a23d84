import type { Result } from '#domain/shared/result';
import { Goal, type GoalState } from '#domain/goals/goal';
import { depthOf } from '#domain/goals/goal-path';
import { isOpen } from '#domain/goals/words';
import type { Page, PageRequest } from '#application/shared/listing';
import type { Clock } from '#application/shared/tools';
import type { GoalReadModel } from '#application/goals/ports/goal-read-model';
import type { GoalRepository } from '#application/goals/ports/goal-repository';
import type { GoalTree, NamedGoal } from '#application/goals/ports/goal-tree';
import { goalRowOf } from '#application/goals/shown-goal';
import type { GoalRow } from '#application/goals/views';
import { InMemoryRows } from './in-memory-rows';
import { pageInMemory } from './pages';

/** Goals in memory: the repository, what is seen of them, and the tree they stand in. */
export class InMemoryGoals implements GoalRepository, GoalReadModel, GoalTree {
  readonly rows: InMemoryRows<GoalState>;
  /** How the tree was taken, in order: `share` or `hold`. */
  readonly taken: string[] = [];

  constructor(clock: Clock, userId: () => string | null) {
    this.rows = new InMemoryRows(clock, userId);
  }

  find(tenantId: string, id: string): Promise<Goal | null> {
    const state = this.live(tenantId).find((row) => row.id === id);
    return Promise.resolve(state ? new Goal(state, state) : null);
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Goal | null> {
    const state = this.rows.all.find((row) => row.tenantId === tenantId && row.id === id);
    return Promise.resolve(state ? new Goal(state, state) : null);
  }

  save(goal: Goal): Promise<Result<void>> {
    return this.rows.save(goal, () => undefined);
  }

  goal(tenantId: string, id: string): Promise<GoalRow | null> {
    const state = this.live(tenantId).find((row) => row.id === id);
    return Promise.resolve(state ? goalRowOf(state) : null);
  }

  goals(tenantId: string, page: PageRequest): Promise<Page<GoalRow>> {
    const rows = this.rows.all.filter(
      (row) => row.tenantId === tenantId && (row.deletedAt !== null) === page.deletedOnly,
    );
    const fits = (row: GoalRow, filter: string, values: readonly string[]) =>
      values.includes(JSON.stringify(row[filter as keyof GoalRow]).replaceAll('"', ''));
    return Promise.resolve(pageInMemory(rows.map(goalRowOf), page, fits));
  }

  share(): Promise<void> {
    this.taken.push('share');
    return Promise.resolve();
  }

  hold(): Promise<void> {
    this.taken.push('hold');
    return Promise.resolve();
  }

  heightOf(tenantId: string, path: string, deletionId: string | null = null): Promise<number> {
    const depths = this.rows.all
      .filter((row) => row.tenantId === tenantId && row.path.startsWith(path) && row.deletionId === deletionId)
      .map((row) => depthOf(row.path));
    return Promise.resolve(Math.max(...depths, depthOf(path)) - depthOf(path) + 1);
  }

  childrenOf(tenantId: string, id: string, which: 'live' | 'open'): Promise<NamedGoal[]> {
    const children = this.live(tenantId).filter((row) => row.parentGoalId === id);
    return Promise.resolve(children.filter(({ status }) => which === 'live' || isOpen(status)));
  }

  moveBelow(tenantId: string, oldPath: string, newPath: string): Promise<void> {
    for (const row of this.rows.all)
      if (row.tenantId === tenantId && row.path !== oldPath && row.path.startsWith(oldPath))
        this.rows.put({ ...row, path: newPath + row.path.slice(oldPath.length) });
    return Promise.resolve();
  }

  /** Of a tenant, not deleted. */
  live(tenantId: string): GoalState[] {
    return this.rows.all.filter((row) => row.tenantId === tenantId && row.deletedAt === null);
  }
}
