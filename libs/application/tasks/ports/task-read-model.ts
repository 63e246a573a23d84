import type { Page, PageRequest } from '#application/shared/listing';
import type { TaskView } from '#application/tasks/views';

/** Tasks as they are shown. */
export abstract class TaskReadModel {
  /** `null` when there is none, or it is deleted. */
  abstract task(tenantId: string, id: string): Promise<TaskView | null>;

  abstract tasks(tenantId: string, page: PageRequest): Promise<Page<TaskView>>;
}
