import type { EndStatus } from '#domain/goals/transitions';

/** How the goals below one end with it. */
export interface Ending {
  readonly to: EndStatus;
  readonly reason: string | null;
  /** The goal that they end with. */
  readonly withGoalId: string;
}

/**
 * What one decision does to many goals at once, in a few statements, with an audit entry and an outgoing fact for each. The
 * caller has the tree; the goal decided about is changed by its own aggregate.
 */
export abstract class GoalSubtrees {
  /** Ends every open goal below a path in the same way, and answers which. */
  abstract end(tenantId: string, path: string, ending: Ending): Promise<string[]>;

  /** Hides everything below a path that is not hidden yet, under one deletion, and answers what. */
  abstract remove(tenantId: string, path: string, deletionId: string): Promise<string[]>;

  /** Makes roots of the goals right below one, with all that hangs under them. */
  abstract detach(tenantId: string, id: string, path: string): Promise<void>;

  /** Brings back what a deletion took, but for the goal named, and answers which. */
  abstract restore(tenantId: string, deletionId: string, exceptId: string): Promise<string[]>;
}
