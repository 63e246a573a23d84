import { Injectable } from '@nestjs/common';
import type { SyncedThing, SyncSource } from '#application/shared/sync/sync-source';
import type { TaskView } from '#application/tasks/views';
import { Database } from '#adapters/shared/persistence/database';
import { holdBoard } from '#adapters/tasks/persistence/board-lock';
import { SHOWN_TASKS } from '#adapters/tasks/persistence/task-columns';

@Injectable()
export class SqlTaskSync implements SyncSource {
  readonly kind = 'task';

  constructor(private readonly db: Database) {}

  async count(tenantId: string): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM tasks WHERE tenant_id = $1 AND deleted_at IS NULL',
      [tenantId],
    );
    return row?.count ?? 0;
  }

  /** Holds the board: who goes through tasks that wait for each other holds them in another order than that of their ids. */
  async after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedThing[]> {
    await holdBoard(this.db, tenantId);
    const held = await this.db.query<{ id: string }>(
      `SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.id > $2 AND t.deleted_at IS NULL
       ORDER BY t.id LIMIT $3 FOR SHARE OF t`,
      [tenantId, afterId, most],
    );
    const tasks = await this.db.prepared<TaskView>(SHOWN_TASKS, [tenantId, held.map(({ id }) => id)]);
    return tasks.map((task) => ({ id: task.id, version: task.version, goalId: task.goal_id, state: stateOf(task) }));
  }
}

/** What follows from other tasks and from the goal, which tell of themselves. */
const DERIVED: readonly string[] = ['blocked_by', 'is_blocked', 'is_ready'] satisfies (keyof TaskView)[];

const stateOf = (task: TaskView): object =>
  Object.fromEntries(Object.entries(task).filter(([key]) => !DERIVED.includes(key)));
