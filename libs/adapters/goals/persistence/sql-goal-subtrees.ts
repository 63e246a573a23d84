import { Injectable } from '@nestjs/common';
import { changesBetween, type Changes } from '#domain/shared/changes';
import { idsOf } from '#domain/goals/goal-path';
import type { GoalFact } from '#domain/goals/outgoing';
import { factOf } from '#domain/goals/transitions';
import { Clock, RequestContext } from '#application/shared/tools';
import type { Ending, GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { millisecondsOf } from '#adapters/goals/persistence/health-sql';
import { LAST } from '#adapters/goals/persistence/sql-goal-tree';

/** A goal after the change, with what it was. */
interface Changed {
  readonly id: string;
  readonly name: string;
  readonly goal_type: string;
  readonly priority: string;
  readonly status: string;
  readonly owner_id: string | null;
  readonly version: number;
  readonly old_status: string;
  readonly old_reason: string | null;
  readonly old_deleted_at: string | null;
}

const CHANGED = `g.id, g.name, g.goal_type, g.priority, g.status, g.owner_id, g.version, o.status AS old_status,
  o.status_reason AS old_reason, o.deleted_at AS old_deleted_at`;

/** Its holds, where the present one ends at $4, as `withPresent` of the domain. */
const HOLDS = `CASE WHEN g.held_since IS NULL THEN g.holds ELSE g.holds ||
  jsonb_build_object('from', ${millisecondsOf('g.held_since')}, 'until', ${millisecondsOf('$4::timestamptz')}) END`;

@Injectable()
export class SqlGoalSubtrees implements GoalSubtrees {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async end(tenantId: string, path: string, { to, reason, withGoalId }: Ending): Promise<string[]> {
    const now = this.clock.now();
    const ended = await this.db.query<Changed>(
      `UPDATE goals g SET status = $6, status_reason = $7, completion_date = $4, held_since = NULL,
         holds = ${HOLDS}, version = g.version + 1, updated_at = $4, updated_by = $5
       FROM goals o
       WHERE g.tenant_id = $1 AND g.path > $2 AND g.path < $3 AND g.deleted_at IS NULL
         AND g.status IN ('draft', 'active', 'on_hold') AND o.tenant_id = g.tenant_id AND o.id = g.id
       RETURNING ${CHANGED}`,
      [tenantId, path, path + LAST, now, this.context.actor.userId, to, reason],
    );
    const changes = ({ old_status }: Changed): Changes => ({
      status: { old: old_status, new: to },
      completion_date: { old: null, new: now },
    });
    const reasons = ({ old_reason }: Changed): Changes =>
      changesBetween({ statusReason: old_reason }, { statusReason: reason }, ['statusReason']);
    await this.tell(
      factOf(to),
      ended,
      (goal) => ({ ...changes(goal), ...reasons(goal) }),
      (goal) => ({ reason, changes: changes(goal), ended_with: withGoalId }),
    );
    return ended.map(({ id }) => id);
  }

  async remove(tenantId: string, path: string, deletionId: string): Promise<string[]> {
    const now = this.clock.now();
    const removed = await this.db.query<Changed>(
      `UPDATE goals g SET deleted_at = $4, deletion_id = $6, version = g.version + 1, updated_at = $4, updated_by = $5
       FROM goals o
       WHERE g.tenant_id = $1 AND g.path > $2 AND g.path < $3 AND g.deleted_at IS NULL
         AND o.tenant_id = g.tenant_id AND o.id = g.id
       RETURNING ${CHANGED}`,
      [tenantId, path, path + LAST, now, this.context.actor.userId, deletionId],
    );
    await this.tell(
      'goal.deleted',
      removed,
      () => ({ deleted_at: { old: null, new: now } }),
      () => ({ deleted_with: idsOf(path).at(-1) }),
    );
    return removed.map(({ id }) => id);
  }

  async detach(tenantId: string, id: string, path: string): Promise<void> {
    const detached = await this.db.query<Changed & { readonly is_child: boolean }>(
      `UPDATE goals g SET path = substr(g.path, length($3) + 1),
         parent_goal_id = CASE WHEN g.id = c.id THEN NULL ELSE g.parent_goal_id END,
         version = g.version + (g.id = c.id)::integer,
         updated_at = CASE WHEN g.id = c.id THEN $4 ELSE g.updated_at END,
         updated_by = CASE WHEN g.id = c.id THEN $5 ELSE g.updated_by END
       FROM goals c JOIN goals o ON o.tenant_id = c.tenant_id AND o.path >= c.path AND o.path < c.path || '${LAST}'
       WHERE c.tenant_id = $1 AND c.parent_goal_id = $2 AND c.deleted_at IS NULL
         AND g.tenant_id = o.tenant_id AND g.id = o.id
       RETURNING ${CHANGED}, g.id = c.id AS is_child`,
      [tenantId, id, path, this.clock.now(), this.context.actor.userId],
    );
    const changes: Changes = { parent_goal_id: { old: id, new: null } };
    await this.tell(
      'goal.updated',
      detached.filter(({ is_child }) => is_child),
      () => changes,
      () => ({ changes }),
    );
  }

  async restore(tenantId: string, deletionId: string, exceptId: string): Promise<string[]> {
    const restored = await this.db.query<Changed>(
      `UPDATE goals g SET deleted_at = NULL, deletion_id = NULL, version = g.version + 1, updated_at = $4, updated_by = $5
       FROM goals o
       WHERE g.tenant_id = $1 AND g.deletion_id = $2 AND g.id <> $3 AND o.tenant_id = g.tenant_id AND o.id = g.id
       RETURNING ${CHANGED}`,
      [tenantId, deletionId, exceptId, this.clock.now(), this.context.actor.userId],
    );
    await this.tell(
      'goal.restored',
      restored,
      ({ old_deleted_at }) => ({ deleted_at: { old: old_deleted_at, new: null } }),
      () => ({ restored_with: exceptId }),
    );
    return restored.map(({ id }) => id);
  }

  private async tell(
    type: GoalFact,
    goals: readonly Changed[],
    audited: (goal: Changed) => Changes,
    said: (goal: Changed) => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.journal.write(
      goals.map((goal) => ({ action: type, entityType: 'goal', entityId: goal.id, changes: audited(goal) })),
      goals.map((goal) => {
        const { id, name, goal_type, priority, status, owner_id, version } = goal;
        const details = { name, goal_type, priority, status, owner_id, ...said(goal) };
        return { type, goalId: id, version, details };
      }),
    );
  }
}
