import type { SyncedKind } from '#application/shared/sync/sync-run';

/** One thing as it is told of. */
export interface SyncedThing {
  readonly id: string;
  readonly version: number;
  /** The strategic goal that it is, or is of. */
  readonly goalId?: string | null;
  /** All that its own route answers, but what the clock or other things make of it. */
  readonly state: object;
}

/** Where the present state of one kind of thing is read. */
export abstract class SyncSource {
  abstract readonly kind: SyncedKind;

  abstract count(tenantId: string): Promise<number>;

  /**
   * The next things behind an id, by id, that are not deleted. Until the transaction ends nobody changes them: what is told of
   * them now is never older than what was told of them before.
   */
  abstract after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedThing[]>;
}

/** One source for each kind. */
export abstract class SyncSources {
  abstract of(kind: SyncedKind): SyncSource;
}
