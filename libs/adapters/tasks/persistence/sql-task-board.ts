import { Injectable } from '@nestjs/common';
import { wayBetween, type Wait } from '#domain/tasks/task-graph';
import type { NamedTask } from '#domain/tasks/words';
import type { TaskBoard } from '#application/tasks/ports/task-board';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { holdBoard } from '#adapters/tasks/persistence/board-lock';
import { readyAfter, TOLD, toldOf, type ToldTask } from '#adapters/tasks/persistence/ready-tasks';
import { IS_READY, isOpenTask, WAITS } from '#adapters/tasks/persistence/task-sql';

const MOST_NAMED = 100;

/** Every task is passed once, however many ways lead to it; what was passed is answered only where the end was reached. */
export const WAY = `
  WITH RECURSIVE reached AS (
    SELECT unnest($2::uuid[]) AS id
    UNION
    SELECT w.id FROM reached r CROSS JOIN LATERAL ${WAITS}
  )
  SELECT r.id AS "taskId", w.id AS "forId" FROM reached r CROSS JOIN LATERAL ${WAITS}
  WHERE EXISTS (SELECT FROM reached e WHERE e.id = $3)`;

@Injectable()
export class SqlTaskBoard implements TaskBoard {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
  ) {}

  async hold(tenantId: string): Promise<void> {
    await holdBoard(this.db, tenantId);
  }

  openPredecessors(tenantId: string, id: string): Promise<NamedTask[]> {
    return this.db.query<NamedTask>(
      `SELECT p.id, p.title, p.status
       FROM task_dependencies d JOIN tasks p ON p.tenant_id = d.tenant_id AND p.id = d.depends_on_id
       WHERE d.tenant_id = $1 AND d.task_id = $2 AND ${isOpenTask('p')} ORDER BY d.created_at, p.id`,
      [tenantId, id],
    );
  }

  openSubtasks(tenantId: string, id: string): Promise<NamedTask[]> {
    return this.db.query<NamedTask>(
      `SELECT t.id, t.title, t.status FROM tasks t
       WHERE t.tenant_id = $1 AND t.parent_task_id = $2 AND ${isOpenTask('t')}
       ORDER BY t.created_at, t.id LIMIT ${MOST_NAMED}`,
      [tenantId, id],
    );
  }

  async way(tenantId: string, fromIds: readonly string[], toId: string): Promise<string[] | null> {
    return wayBetween(await this.db.query<Wait>(WAY, [tenantId, fromIds, toId]), fromIds, toId);
  }

  levelsAbove(tenantId: string, id: string): Promise<number> {
    return this.levels(
      `SELECT t.parent_task_id, l.level + 1 FROM line l
       JOIN tasks t ON t.tenant_id = $1 AND t.id = l.id WHERE t.parent_task_id IS NOT NULL`,
      tenantId,
      id,
    );
  }

  levelsBelow(tenantId: string, id: string): Promise<number> {
    return this.levels(
      `SELECT t.id, l.level + 1 FROM line l JOIN tasks t ON t.tenant_id = $1 AND t.parent_task_id = l.id`,
      tenantId,
      id,
    );
  }

  private async levels(step: string, tenantId: string, id: string): Promise<number> {
    const [row] = await this.db.query<{ levels: number }>(
      `WITH RECURSIVE line AS (SELECT $2::uuid AS id, 1 AS level UNION ALL ${step}) SELECT max(level) AS levels FROM line`,
      [tenantId, id],
    );
    return Number(row?.levels);
  }

  async release(tenantId: string, ids: readonly string[]): Promise<void> {
    await this.tellReady(await readyAfter(this.db, tenantId, ids));
  }

  async releaseItself(tenantId: string, id: string): Promise<void> {
    await this.tellReady(
      await this.db.query<ToldTask>(
        `SELECT ${TOLD} FROM tasks t WHERE t.tenant_id = $1 AND t.id = $2 AND ${IS_READY}`,
        [tenantId, id],
      ),
    );
  }

  /** What is shown of them is made of what others are: every change of a task marks all of the tenant's as changed. */
  private async tellReady(tasks: readonly ToldTask[]): Promise<void> {
    await this.journal.write(
      [],
      tasks.map((task) => toldOf('task.ready', task)),
    );
  }
}
