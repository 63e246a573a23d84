import type { DueTask } from '#application/tasks/contract';

/** What is about to be due. */
export abstract class DueTasks {
  /** Open, not deleted, assigned to somebody, due from `from` up to, but not at, `to`; the earliest first. */
  abstract dueWithin(tenantId: string, from: Date, to: Date): Promise<readonly DueTask[]>;
}
