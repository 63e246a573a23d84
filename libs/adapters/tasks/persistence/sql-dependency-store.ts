import { Injectable } from '@nestjs/common';
import type { Task } from '#domain/tasks/task';
import { Clock, RequestContext } from '#application/shared/tools';
import { taskPredecessorView, type TaskPredecessorView } from '#application/tasks/dependency-views';
import type { DependencyStore } from '#application/tasks/ports/dependency-store';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import type { Write } from '#adapters/shared/persistence/row-writes';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { isOpenTask } from '#adapters/tasks/persistence/task-sql';

const PREDECESSOR = columnsOf(taskPredecessorView, 'd', {
  title: 'p.title',
  status: 'p.status',
  is_open: `(${isOpenTask('p')})`,
});

const PREDECESSORS = 'task_dependencies d JOIN tasks p ON p.tenant_id = d.tenant_id AND p.id = d.depends_on_id';

@Injectable()
export class SqlDependencyStore implements DependencyStore {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async idsOf(tenantId: string, taskId: string): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      `SELECT d.depends_on_id AS id FROM task_dependencies d WHERE d.tenant_id = $1 AND d.task_id = $2
       ORDER BY d.created_at, d.depends_on_id`,
      [tenantId, taskId],
    );
    return rows.map(({ id }) => id);
  }

  list(tenantId: string, taskId: string): Promise<TaskPredecessorView[]> {
    return this.db.query<TaskPredecessorView>(
      `SELECT ${PREDECESSOR} FROM ${PREDECESSORS}
       WHERE d.tenant_id = $1 AND d.task_id = $2 ORDER BY d.created_at, d.depends_on_id`,
      [tenantId, taskId],
    );
  }

  async one(tenantId: string, taskId: string, dependsOnId: string): Promise<TaskPredecessorView | null> {
    const [row] = await this.db.query<TaskPredecessorView>(
      `SELECT ${PREDECESSOR} FROM ${PREDECESSORS}
       WHERE d.tenant_id = $1 AND d.task_id = $2 AND d.depends_on_id = $3`,
      [tenantId, taskId, dependsOnId],
    );
    return row ?? null;
  }

  async begin({ state }: Task, dependsOnIds: readonly string[]): Promise<void> {
    if (dependsOnIds.length === 0) return;
    await this.db.query(INSERT, [state.tenantId, state.id, dependsOnIds, this.clock.now(), this.context.actor.userId]);
  }

  async add(task: Task, dependsOnId: string): Promise<void> {
    const { tenantId, id } = task.state;
    const by = this.context.actor.userId;
    await this.write(task, { sql: INSERT, parameters: [tenantId, id, [dependsOnId], this.clock.now(), by] });
  }

  async remove(task: Task, dependsOnId: string): Promise<void> {
    await this.write(task, {
      sql: 'DELETE FROM task_dependencies WHERE tenant_id = $1 AND task_id = $2 AND depends_on_id = $3 RETURNING task_id',
      parameters: [task.state.tenantId, task.state.id, dependsOnId],
    });
  }

  private async write({ state, noted: changes, facts }: Task, rows: Write): Promise<void> {
    await this.journal.writeBeside(
      rows,
      [{ action: 'task.updated', entityType: 'task', entityId: state.id, changes }],
      facts.map((fact) => ({ ...fact, version: state.version })),
    );
  }
}

const INSERT = `INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at, created_by)
  SELECT $1, $2, unnest($3::uuid[]), $4, $5 RETURNING task_id`;
