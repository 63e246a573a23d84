import type { SyncedKind } from '#application/shared/sync/sync-run';

/** The present state of one thing: all that its own route answers but what the clock makes of it. */
export interface SyncedState {
  readonly id: string;
  readonly version: number;
}

/** Where the present state of one kind of thing is read. */
export abstract class SyncSource {
  abstract readonly kind: SyncedKind;

  abstract count(tenantId: string): Promise<number>;

  /**
   * The next things behind an id, by id, that are not deleted. Until the transaction ends nobody changes them: what is told of
   * them now is never older than what was told of them before.
   */
  abstract after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedState[]>;
}

/** One source for each kind. */
export abstract class SyncSources {
  abstract of(kind: SyncedKind): SyncSource;
}
