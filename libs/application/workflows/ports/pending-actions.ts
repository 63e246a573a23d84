import type { PendingAction } from '#domain/workflows/pending-action';
import type { ActionType } from '#domain/workflows/steps';
import type { ClaimedActionView } from '#application/workflows/enrollment-views';

export interface Claim {
  readonly limit: number;
  readonly leaseSeconds: number;
  /** `null`: any. */
  readonly types: readonly ActionType[] | null;
  readonly by: string | null;
}

/** The steps of enrollments, handed out and taken back (SPEC 4.4). */
export abstract class PendingActions {
  /**
   * Puts up to `limit` steps under a lease with a new token each: due, all before them finished, of open enrollments of active
   * workflows; what fell due first comes first. Never waits for another claimer, and never gives a step twice.
   */
  abstract claim(tenantId: string, claim: Claim): Promise<readonly ClaimedActionView[]>;

  /** A step, held with its enrollment until the transaction ends. */
  abstract hold(tenantId: string, id: string): Promise<PendingAction | null>;

  /** Writes a step that is held. */
  abstract save(tenantId: string, action: PendingAction): Promise<void>;
}
