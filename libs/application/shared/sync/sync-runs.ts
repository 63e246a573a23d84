import type { SyncedThing } from '#application/shared/sync/sync-source';
import type { SyncPosition, SyncRun, SyncedKind } from '#application/shared/sync/sync-run';

/** The runs that publish the present state of tenants, at most one at a time of each. */
export abstract class SyncRuns {
  abstract find(tenantId: string, id: string): Promise<SyncRun | null>;

  /** The run that goes on. Until the transaction ends nobody else begins one. */
  abstract running(tenantId: string): Promise<SyncRun | null>;

  /** Begins a run where none is running, and tells so. */
  abstract begin(tenantId: string, id: string, totals: SyncRun['totals']): Promise<SyncRun>;

  /** Holds a running run until the transaction ends; `null` when it is not running any more, or somebody else holds it. */
  abstract hold(tenantId: string, id: string): Promise<SyncPosition | null>;

  /** Tells the state of these, and that the run has come so far; `next`: what comes when this kind is through, `null`: nothing. */
  abstract publish(
    tenantId: string,
    position: SyncPosition,
    things: readonly SyncedThing[],
    next?: SyncedKind | null,
  ): Promise<void>;
}
