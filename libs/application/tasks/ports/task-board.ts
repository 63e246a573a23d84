import type { NamedTask } from '#domain/tasks/words';

/**
 * The board of a tenant: what its tasks wait for, and who waits for them (ADR 0049, 0050). Whoever changes a status, a place or
 * a dependency holds it first; behind it everything that these methods look at stands still.
 */
export abstract class TaskBoard {
  /** Until the transaction ends, nobody else changes what tasks wait for. Taken before any goal and any task. */
  abstract hold(tenantId: string): Promise<void>;

  /** What a task depends on and is open. */
  abstract openPredecessors(tenantId: string, id: string): Promise<NamedTask[]>;

  /** The first hundred open subtasks right under a task. */
  abstract openSubtasks(tenantId: string, id: string): Promise<NamedTask[]>;

  /**
   * The shortest way from any of some tasks to another one along what each waits for, its dependencies and its subtasks, both
   * ends included; `null` when there is none. What is closed or deleted is passed too: it may be opened or brought back.
   */
  abstract way(tenantId: string, fromIds: readonly string[], toId: string): Promise<string[] | null>;

  /** From the topmost task down to this one, both included. */
  abstract levelsAbove(tenantId: string, id: string): Promise<number>;

  /** From a task down to its deepest subtask, deleted or not, both included. */
  abstract levelsBelow(tenantId: string, id: string): Promise<number>;

  /**
   * Tells of every task that depends on one of these, which were open and are not any more, and is ready now: `todo`, no open
   * task before it, its goal neither on hold nor closed.
   */
  abstract release(tenantId: string, ids: readonly string[]): Promise<void>;

  /** Tells of a task that stood still for another reason, if it is ready now. */
  abstract releaseItself(tenantId: string, id: string): Promise<void>;
}
