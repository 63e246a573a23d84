/** A goal as it is named to somebody who must decide about it. */
export interface NamedGoal {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/**
 * The tree of a tenant's goals as what several changes at once must not tear. Every change that rolls up or looks at
 * neighbours shares it; one that moves, deletes or restores goals has it alone. Held until the transaction ends, and taken
 * before any goal is locked.
 */
export abstract class GoalTree {
  /** Others may share it; nobody moves, deletes or restores a goal meanwhile, so paths stand still. */
  abstract share(tenantId: string): Promise<void>;

  /** Waits for all who share it, and has it alone. */
  abstract hold(tenantId: string): Promise<void>;

  /** Levels of the subtree at a path, its top included: of what is not deleted, or of what one deletion took. */
  abstract heightOf(tenantId: string, path: string, deletionId?: string): Promise<number>;

  /** The first hundred goals right below one that are not deleted, or of those the open ones. */
  abstract childrenOf(tenantId: string, id: string, which: 'live' | 'open'): Promise<NamedGoal[]>;

  /** Writes the paths of everything below a goal, deleted or not, after it has moved. */
  abstract moveBelow(tenantId: string, oldPath: string, newPath: string): Promise<void>;
}
