import { Injectable } from '@nestjs/common';
import { EntitySchema, IsNull, type EntitySchemaColumnOptions, type FindOptionsWhere } from 'typeorm';
import { done, type Result } from '#domain/shared/result';
import { Task, type TaskState } from '#domain/tasks/task';
import type { TaskRepository } from '#application/tasks/ports/task-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';

const optional = (
  type: 'text' | 'uuid' | 'timestamptz' | 'double precision',
  name: string,
): EntitySchemaColumnOptions => ({ type, name, nullable: true });

export const taskSchema = new EntitySchema<TaskState>({
  name: 'tasks',
  columns: {
    ...versionedColumns,
    goalId: optional('uuid', 'goal_id'),
    parentTaskId: optional('uuid', 'parent_task_id'),
    title: { type: 'text' },
    description: optional('text', 'description'),
    status: { type: 'text' },
    priority: { type: 'text' },
    ownerId: optional('uuid', 'owner_id'),
    assignedTo: optional('uuid', 'assigned_to'),
    blockedReason: optional('text', 'blocked_reason'),
    percentComplete: { type: 'integer', name: 'percent_complete' },
    dueDate: optional('timestamptz', 'due_date'),
    estimatedHours: optional('double precision', 'estimated_hours'),
    actualHours: optional('double precision', 'actual_hours'),
    completedAt: optional('timestamptz', 'completed_at'),
    tags: { type: 'text', array: true },
    metadata: { type: 'jsonb' },
    deletedAt: optional('timestamptz', 'deleted_at'),
    deletionId: optional('uuid', 'deletion_id'),
  } satisfies Record<keyof TaskState, EntitySchemaColumnOptions>,
});

@Injectable()
export class TypeOrmTaskRepository implements TaskRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
  ) {}

  find(tenantId: string, id: string): Promise<Task | null> {
    return this.one({ tenantId, id, deletedAt: IsNull() });
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Task | null> {
    return this.one({ tenantId, id });
  }

  async known(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ id: string }>(
      'SELECT id FROM tasks WHERE tenant_id = $1 AND id = ANY ($2) AND deleted_at IS NULL',
      [tenantId, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async save(task: Task): Promise<Result<void>> {
    const saved = await this.store.save(taskSchema, 'task', task, {}, ['deletionId']);
    if (!saved.ok) return saved;
    await this.writeTags(task);
    return done;
  }

  private async one(where: FindOptionsWhere<TaskState>): Promise<Task | null> {
    const manager = await this.db.entities();
    const state = await manager.findOne(taskSchema, { where });
    return state && new Task(state, state);
  }

  /** Keeps what tags are searched by in step with what the task says. */
  private async writeTags({ state, stored }: Task): Promise<void> {
    const { tenantId, id, tags } = state;
    const gone = (stored?.tags ?? []).filter((tag) => !tags.includes(tag));
    const added = tags.filter((tag) => !stored?.tags.includes(tag));
    if (gone.length > 0)
      await this.db.query('DELETE FROM task_tags WHERE tenant_id = $1 AND task_id = $2 AND tag = ANY ($3)', [
        tenantId,
        id,
        gone,
      ]);
    if (added.length > 0)
      await this.db.query('INSERT INTO task_tags (tenant_id, task_id, tag) SELECT $1, $2, unnest($3::text[])', [
        tenantId,
        id,
        added,
      ]);
  }
}
