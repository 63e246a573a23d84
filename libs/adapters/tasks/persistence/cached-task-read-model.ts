import { createHash } from 'node:crypto';
import type { Cache, CacheEntry } from '#application/shared/cache';
import { existing } from '#application/shared/existing';
import type { Page, PageRequest } from '#application/shared/listing';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import type { TaskView } from '#application/tasks/views';

/** How long tasks, and lists of them, are kept; 0: not at all. */
interface Seconds {
  readonly task: number;
  readonly list: number;
}

/** What a task shows hangs on those it waits for and on its goal: any of the tenant's may be among them. */
const READS: CacheEntry['reads'] = ['task', 'goal'];

/** Keeps tasks and lists of them (SPEC 7, *Cache*). Nothing that is shown of a task changes with the clock alone. */
export class CachedTaskReadModel implements TaskReadModel {
  constructor(
    private readonly rows: TaskReadModel,
    private readonly cache: Cache,
    private readonly seconds: Seconds,
  ) {}

  task(tenantId: string, id: string): Promise<TaskView | null> {
    const entry = { kind: 'task', key: id, reads: READS, seconds: this.seconds.task };
    return this.cache.read(tenantId, entry, () => this.rows.task(tenantId, id));
  }

  async tasks(tenantId: string, page: PageRequest): Promise<Page<TaskView>> {
    const entry = {
      kind: 'task_list',
      key: createHash('sha256').update(JSON.stringify(page)).digest('base64url'),
      reads: READS,
      seconds: this.seconds.list,
    };
    return existing(await this.cache.read(tenantId, entry, () => this.rows.tasks(tenantId, page)));
  }
}
