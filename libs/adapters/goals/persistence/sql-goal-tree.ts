import { Injectable } from '@nestjs/common';
import type { GoalTree, NamedGoal } from '#application/goals/ports/goal-tree';
import { Database } from '#adapters/shared/persistence/database';

const LOCK = `hashtextextended('goal-tree:' || $1, 0)`;

/** The end of a range of paths: a character behind every one that a path has. */
export const LAST = '~';

const MOST_NAMED = 100;

@Injectable()
export class SqlGoalTree implements GoalTree {
  constructor(private readonly db: Database) {}

  async share(tenantId: string): Promise<void> {
    await this.db.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`, [tenantId]);
  }

  async hold(tenantId: string): Promise<void> {
    await this.db.query(`SELECT pg_advisory_xact_lock(${LOCK})`, [tenantId]);
  }

  async heightOf(tenantId: string, path: string, deletionId?: string): Promise<number> {
    const [row] = await this.db.query<{ height: number }>(
      `SELECT coalesce(max(length(path) - length($2)) / 37, 0) + 1 AS height FROM goals
       WHERE tenant_id = $1 AND path >= $2 AND path < $3 AND deletion_id IS NOT DISTINCT FROM $4`,
      [tenantId, path, path + LAST, deletionId ?? null],
    );
    return row?.height ?? 1;
  }

  childrenOf(tenantId: string, id: string, which: 'live' | 'open'): Promise<NamedGoal[]> {
    const open = which === 'open' ? `AND status IN ('draft', 'active', 'on_hold')` : '';
    return this.db.query<NamedGoal>(
      `SELECT id, name, status FROM goals
       WHERE tenant_id = $1 AND parent_goal_id = $2 AND deleted_at IS NULL ${open} ORDER BY path LIMIT ${MOST_NAMED}`,
      [tenantId, id],
    );
  }

  async moveBelow(tenantId: string, oldPath: string, newPath: string): Promise<void> {
    await this.db.query(
      `UPDATE goals SET path = $4 || substr(path, length($2) + 1)
       WHERE tenant_id = $1 AND path > $2 AND path < $3`,
      [tenantId, oldPath, oldPath + LAST, newPath],
    );
  }
}
