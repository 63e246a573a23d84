import type { Result } from '#domain/shared/result';
import type { Task } from '#domain/tasks/task';

/** Where tasks are kept. */
export abstract class TaskRepository {
  /** A task that is not deleted. */
  abstract find(tenantId: string, id: string): Promise<Task | null>;

  /** The same, or one that is deleted. */
  abstract findEvenDeleted(tenantId: string, id: string): Promise<Task | null>;

  /** Those of some ids that name a task which is not deleted. */
  abstract known(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>>;

  /** 412 when somebody was faster. */
  abstract save(task: Task): Promise<Result<void>>;
}
