import { Injectable } from '@nestjs/common';
import type { Changes } from '#domain/shared/changes';
import type { TaskFact } from '#domain/tasks/outgoing';
import { isOpen, type TaskStatus } from '#domain/tasks/words';
import { Clock, RequestContext } from '#application/shared/tools';
import type { Reached, TaskSubtrees } from '#application/tasks/ports/task-subtrees';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { TOLD, toldOf, type ToldTask } from '#adapters/tasks/persistence/ready-tasks';

/** A task after the change, with when it was deleted before. */
interface Changed extends ToldTask {
  readonly status: TaskStatus;
  readonly old_deleted_at: string | null;
}

@Injectable()
export class SqlTaskSubtrees implements TaskSubtrees {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async remove(tenantId: string, id: string, deletionId: string): Promise<Reached[]> {
    const now = this.clock.now();
    const removed = await this.db.query<Changed>(
      `WITH RECURSIVE below AS (
         SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.parent_task_id = $2
         UNION ALL
         SELECT t.id FROM below b JOIN tasks t ON t.tenant_id = $1 AND t.parent_task_id = b.id
       )
       UPDATE tasks t SET deleted_at = $3, deletion_id = $5, version = t.version + 1, updated_at = $3, updated_by = $4
       FROM below b WHERE t.tenant_id = $1 AND t.id = b.id AND t.deleted_at IS NULL
       RETURNING ${TOLD}, NULL AS old_deleted_at`,
      [tenantId, id, now, this.context.actor.userId, deletionId],
    );
    return this.tell('task.deleted', removed, { deleted_with: id }, now);
  }

  async goneGoals(tenantId: string, deletionId: string): Promise<string[]> {
    const gone = await this.db.query<{ id: string }>(
      `SELECT DISTINCT g.id FROM tasks t JOIN goals g ON g.tenant_id = t.tenant_id AND g.id = t.goal_id
       WHERE t.tenant_id = $1 AND t.deletion_id = $2 AND g.deleted_at IS NOT NULL ORDER BY g.id`,
      [tenantId, deletionId],
    );
    return gone.map(({ id }) => id);
  }

  async restore(tenantId: string, deletionId: string, exceptId: string): Promise<Reached[]> {
    const restored = await this.db.query<Changed>(
      `UPDATE tasks t SET deleted_at = NULL, deletion_id = NULL, version = t.version + 1, updated_at = $4, updated_by = $5
       FROM tasks o
       WHERE t.tenant_id = $1 AND t.deletion_id = $2 AND t.id <> $3 AND o.tenant_id = t.tenant_id AND o.id = t.id
       RETURNING ${TOLD}, o.deleted_at AS old_deleted_at`,
      [tenantId, deletionId, exceptId, this.clock.now(), this.context.actor.userId],
    );
    return this.tell('task.restored', restored, { restored_with: exceptId }, null);
  }

  private async tell(
    type: TaskFact,
    tasks: readonly Changed[],
    more: Readonly<Record<string, unknown>>,
    deletedAt: Date | null,
  ): Promise<Reached[]> {
    const changes = ({ old_deleted_at }: Changed): Changes => ({
      deleted_at: { old: old_deleted_at, new: deletedAt },
    });
    await this.journal.write(
      tasks.map((task) => ({ action: type, entityType: 'task', entityId: task.id, changes: changes(task) })),
      tasks.map((task) => toldOf(type, task, more)),
    );
    return tasks.map(({ id, goal_id, status }) => ({ id, goalId: goal_id, isOpen: isOpen(status) }));
  }
}
