import { Injectable } from '@nestjs/common';
import { pathBelow } from '#domain/goals/goal-path';
import type { TreeRow } from '#application/goals/insight-views';
import type { GoalOverview, TreePart, TreeRequest } from '#application/goals/ports/goal-overview';
import { Database } from '#adapters/shared/persistence/database';
import { GOAL_COLUMNS } from '#adapters/goals/persistence/goal-columns';
import { LAST } from '#adapters/goals/persistence/sql-goal-tree';

/**
 * Goes from one path to the next along the index, and from a goal on the last level past all that hangs below it: one probe a
 * row, however much is left out (ADR 0046). $2, $3: the range; $4: the path to begin behind, of the goal $5 where it is itself
 * the first; $6: the length of paths on the last level; $7: how many.
 */
const WALK = `
  WITH RECURSIVE walk (id, path, place) AS (
    SELECT $5::uuid, $4::text COLLATE "C", CASE WHEN $5::uuid IS NULL THEN 0 ELSE 1 END
    UNION ALL
    SELECT next.id, next.path, w.place + 1 FROM walk w CROSS JOIN LATERAL (
      SELECT n.id, n.path FROM goals n
      WHERE n.tenant_id = $1 AND n.path < $3 AND n.deleted_at IS NULL
        AND n.path > CASE WHEN length(w.path) < $6 THEN w.path ELSE w.path || '${LAST}' END
      ORDER BY n.path LIMIT 1) next
    WHERE w.place < $7
  )
  SELECT row.* FROM walk w CROSS JOIN LATERAL (
    SELECT ${GOAL_COLUMNS}, (length(g.path) - length($2)) / 37 + 1 AS depth, g.path,
      (SELECT count(*)::integer FROM goals c WHERE c.tenant_id = $1 AND c.parent_goal_id = g.id AND c.deleted_at IS NULL)
        AS children_count
    FROM goals g WHERE g.tenant_id = $1 AND g.id = w.id AND g.deleted_at IS NULL OFFSET 0) row
  WHERE w.place > 0 ORDER BY w.place`;

@Injectable()
export class SqlGoalOverview implements GoalOverview {
  constructor(private readonly db: Database) {}

  async linkedElements(tenantId: string, goalId: string): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(DISTINCT linked_element_id)::integer AS count FROM goal_links WHERE tenant_id = $1 AND goal_id = $2`,
      [tenantId, goalId],
    );
    return row?.count ?? 0;
  }

  async tree(tenantId: string, goalId: string, part: TreeRequest): Promise<TreePart<TreeRow> | null> {
    const [root] = await this.db.query<{ path: string }>(
      'SELECT path FROM goals WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL',
      [tenantId, goalId],
    );
    if (!root) return null;
    const { depth, limit, after } = part;
    const above = root.path.slice(0, -pathBelow(null, goalId).length);
    const rows = await this.db.query<TreeRow>(WALK, [
      tenantId,
      root.path,
      root.path + LAST,
      after === null ? root.path : above + after,
      after === null ? goalId : null,
      above.length + depth * pathBelow(null, goalId).length,
      limit + 1,
    ]);
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, last: last ? last.path.slice(above.length) : null };
  }
}
