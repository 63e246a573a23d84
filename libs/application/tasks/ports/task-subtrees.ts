/** A subtask that a decision about a task above it has reached. */
export interface Reached {
  readonly id: string;
  readonly goalId: string | null;
  readonly isOpen: boolean;
}

/**
 * What one decision does to all that stands below a task, in a few statements, with an audit entry and an outgoing fact for
 * each. The caller holds the board; the task decided about is changed by its own aggregate.
 */
export abstract class TaskSubtrees {
  /** Hides everything below a task that is not hidden yet, under one deletion. */
  abstract remove(tenantId: string, id: string, deletionId: string): Promise<Reached[]>;

  /** The deleted ones among the goals of what a deletion took. */
  abstract goneGoals(tenantId: string, deletionId: string): Promise<string[]>;

  /** Brings back what a deletion took, but for the task named. */
  abstract restore(tenantId: string, deletionId: string, exceptId: string): Promise<Reached[]>;
}
