import { Injectable } from '@nestjs/common';
import { changesBetween, type Changes } from '#domain/shared/changes';
import type { TaskFact } from '#domain/tasks/outgoing';
import type { GoalDependants, NamedTask } from '#application/goals/contract';
import { Clock, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal, type AuditEntry, type Told } from '#adapters/shared/persistence/journal';
import { holdBoard } from '#adapters/tasks/persistence/board-lock';
import { readyAfter, TOLD, toldOf, type ToldTask } from '#adapters/tasks/persistence/ready-tasks';
import { OPEN } from '#adapters/tasks/persistence/task-sql';

const MOST_NAMED = 100;

/** A task after the change, with what it was. */
interface Changed extends ToldTask {
  readonly percent_complete: number;
  readonly completed_at: string | null;
  readonly parent_task_id: string | null;
  readonly old_goal_id: string | null;
  readonly old_status: string;
  readonly old_percent_complete: number;
  readonly old_blocked_reason: string | null;
  readonly old_deleted_at: string | null;
  readonly was_open: boolean;
}

const CHANGED = `${TOLD}, t.percent_complete, t.completed_at, t.parent_task_id, o.goal_id AS old_goal_id, o.status AS old_status,
  o.percent_complete AS old_percent_complete, o.blocked_reason AS old_blocked_reason, o.deleted_at AS old_deleted_at,
  o.deleted_at IS NULL AND o.status IN ${OPEN} AS was_open`;

/** What every change of tasks by goals writes: $3 is the time, $4 who did it. */
const TOUCHED = 'version = t.version + 1, updated_at = $3, updated_by = $4';

/**
 * Tasks `o` of the goals $2 as they are before: behind the board their status and their place stand still. By their goal and
 * nothing else, see `TASKS_OF`.
 */
const OF_GOALS = `FROM unnest($2::uuid[]) AS goal (id),
  LATERAL (SELECT * FROM tasks WHERE tenant_id = $1 AND goal_id = goal.id OFFSET 0) o
  WHERE t.tenant_id = $1 AND t.id = o.id`;

const LIVE = 'AND o.deleted_at IS NULL';
const STILL_OPEN = `AND o.status IN ${OPEN}`;

/** Set-wise, as `SqlGoalSubtrees` does with the goals themselves. The caller holds the board. */
@Injectable()
export class SqlGoalDependants implements GoalDependants {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async hold(tenantId: string): Promise<void> {
    await holdBoard(this.db, tenantId);
  }

  tasksUnder(tenantId: string, goalId: string, which: 'live' | 'open'): Promise<NamedTask[]> {
    return this.db.query<NamedTask>(
      `SELECT o.id, o.title, o.status FROM (SELECT * FROM tasks WHERE tenant_id = $1 AND goal_id = $2 OFFSET 0) o
       WHERE true ${LIVE} ${which === 'open' ? STILL_OPEN : ''} ORDER BY o.created_at DESC, o.id DESC LIMIT ${MOST_NAMED}`,
      [tenantId, goalId],
    );
  }

  async end(tenantId: string, goalIds: readonly string[], to: 'completed' | 'cancelled', withGoalId: string) {
    const ended = await this.db.query<Changed>(
      `UPDATE tasks t SET status = $5::text, blocked_reason = NULL, ${TOUCHED},
         completed_at = CASE WHEN $5 = 'completed' THEN $3::timestamptz END,
         percent_complete = CASE WHEN $5 = 'completed' THEN 100 ELSE t.percent_complete END
       ${OF_GOALS} ${LIVE} ${STILL_OPEN} RETURNING ${CHANGED}`,
      [tenantId, goalIds, ...this.touch(), to],
    );
    const type: TaskFact = to === 'completed' ? 'task.completed' : 'task.updated';
    // As of a task that ends by itself; the reason that was given is the goal's.
    await this.tell(type, ended, endingOf, (task) => ({
      reason: null,
      changes: endingOf(task),
      ended_with: withGoalId,
    }));
    await this.tellReady(tenantId, ended);
  }

  async remove(tenantId: string, goalIds: readonly string[], deletionId: string, withGoalId: string) {
    const removed = await this.db.query<Changed & { readonly deleted_at: string }>(
      `UPDATE tasks t SET deleted_at = $3, deletion_id = $5, ${TOUCHED}
       ${OF_GOALS} ${LIVE} RETURNING ${CHANGED}, t.deleted_at`,
      [tenantId, goalIds, ...this.touch(), deletionId],
    );
    await this.tell(
      'task.deleted',
      removed,
      ({ deleted_at }) => ({ deleted_at: { old: null, new: deleted_at } }),
      () => ({ deleted_with: withGoalId }),
    );
    await this.tellReady(tenantId, removed);
    return this.goalsOfParents(tenantId, removed);
  }

  async detach(tenantId: string, goalId: string): Promise<void> {
    const detached = await this.db.query<Changed>(
      `UPDATE tasks t SET goal_id = NULL, ${TOUCHED} ${OF_GOALS} RETURNING ${CHANGED}`,
      [tenantId, [goalId], ...this.touch()],
    );
    const changes: Changes = { goal_id: { old: goalId, new: null } };
    await this.tell(
      'task.updated',
      detached,
      () => changes,
      () => ({ changes }),
    );
  }

  async restore(tenantId: string, deletionId: string, withGoalId: string): Promise<readonly string[]> {
    const restored = await this.db.query<Changed>(
      `UPDATE tasks t SET deleted_at = NULL, deletion_id = NULL, ${TOUCHED}
       FROM tasks o WHERE t.tenant_id = $1 AND t.deletion_id = $2 AND o.tenant_id = t.tenant_id AND o.id = t.id
       RETURNING ${CHANGED}`,
      [tenantId, deletionId, ...this.touch()],
    );
    await this.tell(
      'task.restored',
      restored,
      ({ old_deleted_at }) => ({ deleted_at: { old: old_deleted_at, new: null } }),
      () => ({ restored_with: withGoalId }),
    );
    return this.goalsOfParents(tenantId, restored);
  }

  private touch(): readonly [Date, string | null] {
    return [this.clock.now(), this.context.actor.userId];
  }

  private async tell<T extends Changed>(
    type: TaskFact,
    tasks: readonly T[],
    audited: (task: T) => Changes,
    said: (task: T) => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.journal.write(
      tasks.map((task): AuditEntry => ({
        action: type,
        entityType: 'task',
        entityId: task.id,
        changes: audited(task),
      })),
      tasks.map((task): Told<TaskFact> => toldOf(type, task, said(task))),
    );
  }

  private async tellReady(tenantId: string, closed: readonly Changed[]): Promise<void> {
    const open = closed.filter(({ was_open }) => was_open).map(({ id }) => id);
    const ready = await readyAfter(this.db, tenantId, open);
    await this.journal.write(
      [],
      ready.map((task) => toldOf('task.ready', task)),
    );
  }

  /** The goals of the tasks right above these that are not among them. */
  private async goalsOfParents(tenantId: string, tasks: readonly Changed[]): Promise<string[]> {
    const own = new Set(tasks.map(({ id }) => id));
    const parents = tasks.flatMap(({ parent_task_id: id }) => (id === null || own.has(id) ? [] : [id]));
    if (parents.length === 0) return [];
    const rows = await this.db.query<{ readonly goal_id: string }>(
      `SELECT DISTINCT o.goal_id FROM unnest($2::uuid[]) AS parent (id),
       LATERAL (SELECT goal_id, deleted_at FROM tasks WHERE tenant_id = $1 AND id = parent.id OFFSET 0) o
       WHERE o.goal_id IS NOT NULL ${LIVE}`,
      [tenantId, parents],
    );
    return rows.map(({ goal_id }) => goal_id);
  }
}

const FIELDS = ['status', 'completedAt', 'percentComplete', 'blockedReason'] as const;

const endingOf = (task: Changed): Changes =>
  changesBetween(
    {
      status: task.old_status,
      completedAt: null as string | null,
      percentComplete: task.old_percent_complete,
      blockedReason: task.old_blocked_reason,
    },
    {
      status: task.status,
      completedAt: task.completed_at,
      percentComplete: task.percent_complete,
      blockedReason: null,
    },
    FIELDS,
  );
