import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import { view } from '#application/shared/view';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { taskListing } from '#application/tasks/task-listing';
import type { TaskView } from '#application/tasks/views';
import { Database } from '#adapters/shared/persistence/database';
import { readRows } from '#adapters/shared/persistence/listed';
import { SHOWN_TASKS } from '#adapters/tasks/persistence/task-columns';
import { taskList } from '#adapters/tasks/persistence/task-list';

const taskKey = view('TaskKey', { id: 'uuid' });

@Injectable()
export class SqlTaskReadModel implements TaskReadModel {
  constructor(private readonly db: Database) {}

  async task(tenantId: string, id: string): Promise<TaskView | null> {
    const [task] = await this.shown(tenantId, [id]);
    return task?.deleted_at === null ? task : null;
  }

  /** First which, then what they show: what a deep page passes by costs no look at what it waits for. */
  async tasks(tenantId: string, page: PageRequest): Promise<Page<TaskView>> {
    const { source, request } = taskList(tenantId, page);
    const found = await readRows(this.db, taskListing, source, request, taskKey);
    const ids = found.items.map(({ id }) => id);
    return { ...found, items: ids.length === 0 ? [] : await this.shown(tenantId, ids) };
  }

  private shown(tenantId: string, ids: readonly string[]): Promise<TaskView[]> {
    return this.db.prepared<TaskView>(SHOWN_TASKS, [tenantId, ids]);
  }
}
