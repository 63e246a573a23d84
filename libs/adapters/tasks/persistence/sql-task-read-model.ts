import { Injectable } from '@nestjs/common';
import type { Page } from '#application/shared/listing';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import type { TaskView } from '#application/tasks/views';
import { Database } from '#adapters/shared/persistence/database';
import { TASK_COLUMNS } from '#adapters/tasks/persistence/task-columns';

@Injectable()
export class SqlTaskReadModel implements TaskReadModel {
  constructor(private readonly db: Database) {}

  async task(tenantId: string, id: string): Promise<TaskView | null> {
    const [row] = await this.db.prepared<TaskView>(
      `SELECT ${TASK_COLUMNS} FROM tasks t LEFT JOIN goals g ON g.tenant_id = t.tenant_id AND g.id = t.goal_id
       WHERE t.tenant_id = $1 AND t.id = $2 AND t.deleted_at IS NULL`,
      [tenantId, id],
    );
    return row ?? null;
  }

  tasks(): Promise<Page<TaskView>> {
    return Promise.reject(new Error('tasks are not listed yet'));
  }
}
