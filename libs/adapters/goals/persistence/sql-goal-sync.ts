import { Injectable } from '@nestjs/common';
import type { SyncedThing, SyncSource } from '#application/shared/sync/sync-source';
import { GoalTree } from '#application/goals/ports/goal-tree';
import type { Shown } from '#application/shared/view';
import { goalState } from '#application/goals/views';
import { SHOWN_PERCENTAGE } from '#adapters/goals/persistence/goal-columns';
import { Database } from '#adapters/shared/persistence/database';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const STATE = columnsOf(goalState, 'g', { progress_percentage: SHOWN_PERCENTAGE });

@Injectable()
export class SqlGoalSync implements SyncSource {
  readonly kind = 'goal';

  constructor(
    private readonly db: Database,
    private readonly tree: GoalTree,
  ) {}

  async count(tenantId: string): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM goals WHERE tenant_id = $1 AND deleted_at IS NULL',
      [tenantId],
    );
    return row?.count ?? 0;
  }

  /** Has the tree alone: who rolls up holds the goals of a path in another order than that of their ids. */
  async after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedThing[]> {
    await this.tree.hold(tenantId);
    const goals = await this.db.query<Shown<typeof goalState>>(
      `SELECT ${STATE} FROM goals g WHERE g.tenant_id = $1 AND g.id > $2 AND g.deleted_at IS NULL
       ORDER BY g.id LIMIT $3 FOR SHARE OF g`,
      [tenantId, afterId, most],
    );
    return goals.map((state) => ({ id: state.id, version: state.version, goalId: state.id, state }));
  }
}
