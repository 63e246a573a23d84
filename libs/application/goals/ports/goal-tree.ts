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

  /** Levels of the goal's subtree that is not deleted, itself included. */
  abstract heightOf(tenantId: string, path: string): Promise<number>;

  /** Writes the paths of everything below a goal after it has moved. */
  abstract moveBelow(tenantId: string, oldPath: string, newPath: string): Promise<void>;
}
