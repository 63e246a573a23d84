import type { NewEntry } from '#domain/goals/progress-history';
import type { ChildOf, PathGoal, ProgressChange, Standing } from '#domain/goals/roll-up-path';

/** The progress of goals: what it is worked out from, and where what comes out is kept. */
export abstract class ProgressStore {
  /**
   * Holds the goals named and everything above them until the transaction ends, in one order for everybody, roots first. Those
   * that are deleted are left out, but lead to what is above them. Whoever asks shares the tree or has it alone.
   */
  abstract hold(tenantId: string, goalIds: readonly string[]): Promise<PathGoal[]>;

  /** Adds what was reported to the history and to the audit log; `record` makes the goal say it. */
  abstract report(tenantId: string, goal: PathGoal, entry: NewEntry): Promise<void>;

  /** Every goal right below these that is not deleted, by name. */
  abstract childrenOf(tenantId: string, goalIds: readonly string[]): Promise<ChildOf[]>;

  /** What the current entry of each of these says: the one not superseded of the latest `effective_at`; without one nothing. */
  abstract currentOf(tenantId: string, goalIds: readonly string[]): Promise<ReadonlyMap<string, Standing>>;

  /** Writes what goals say from `now` on, without a version, the entries of what was rolled up, and the facts to be told. */
  abstract record(tenantId: string, changes: readonly ProgressChange[], now: Date): Promise<void>;
}
