import { Goal, type GoalState } from '#domain/goals/goal';
import { withPresent } from '#domain/goals/holds';
import { factOf } from '#domain/goals/transitions';
import { isOpen } from '#domain/goals/words';
import type { Clock } from '#application/shared/tools';
import type { Ending, GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import type { InMemoryGoals } from './in-memory-goals';

/** What one decision does to many goals in memory. */
export class InMemoryGoalSubtrees implements GoalSubtrees {
  constructor(
    private readonly goals: InMemoryGoals,
    private readonly clock: Clock,
  ) {}

  end(tenantId: string, path: string, { to, reason }: Ending): Promise<string[]> {
    const open = this.below(tenantId, path).filter(({ status }) => isOpen(status));
    return this.each(open, factOf(to), ({ holds, heldSince }) => ({
      status: to,
      statusReason: reason,
      completionDate: this.clock.now(),
      heldSince: null,
      holds: withPresent(holds, heldSince, this.clock.now()),
    }));
  }

  remove(tenantId: string, path: string, deletionId: string): Promise<string[]> {
    return this.each(this.below(tenantId, path), 'goal.deleted', () => ({ deletedAt: this.clock.now(), deletionId }));
  }

  async detach(tenantId: string, id: string, path: string): Promise<void> {
    const children = this.below(tenantId, path).filter(({ parentGoalId }) => parentGoalId === id);
    for (const child of children) await this.goals.moveBelow(tenantId, child.path, `${child.id}/`);
    await this.each(children, 'goal.updated', (child) => ({ parentGoalId: null, path: `${child.id}/` }));
  }

  restore(tenantId: string, deletionId: string, exceptId: string): Promise<string[]> {
    const taken = this.goals.rows.all.filter(
      (row) => row.tenantId === tenantId && row.deletionId === deletionId && row.id !== exceptId,
    );
    return this.each(taken, 'goal.restored', () => ({ deletedAt: null, deletionId: null }));
  }

  private below(tenantId: string, path: string): GoalState[] {
    return this.goals.live(tenantId).filter((row) => row.path !== path && row.path.startsWith(path));
  }

  private each(
    rows: readonly GoalState[],
    type: string,
    change: (row: GoalState) => Partial<GoalState>,
  ): Promise<string[]> {
    for (const row of rows) {
      const next = new Goal({ ...row, ...change(row) }, row).state;
      this.goals.rows.put({ ...next, version: row.version + 1, updatedAt: this.clock.now() });
      this.goals.rows.told.push({ type, goalId: row.id, details: {} });
    }
    return Promise.resolve(rows.map(({ id }) => id));
  }
}
