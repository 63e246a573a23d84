import type { Task } from '#domain/tasks/task';
import type { TaskPredecessorView } from '#application/tasks/dependency-views';

/** What tasks depend on. A change of it is written with what the task tells of it, and raises no version. */
export abstract class DependencyStore {
  /** The ids of what a task depends on, the first one first. */
  abstract idsOf(tenantId: string, taskId: string): Promise<string[]>;

  /** What a task depends on as it is shown, deleted or not, the first one first. */
  abstract list(tenantId: string, taskId: string): Promise<TaskPredecessorView[]>;

  /** One of them; `null` when the task does not depend on that one. */
  abstract one(tenantId: string, taskId: string, dependsOnId: string): Promise<TaskPredecessorView | null>;

  /** The first ones, of a task that has just been made. */
  abstract begin(task: Task, dependsOnIds: readonly string[]): Promise<void>;

  abstract add(task: Task, dependsOnId: string): Promise<void>;

  abstract remove(task: Task, dependsOnId: string): Promise<void>;
}
