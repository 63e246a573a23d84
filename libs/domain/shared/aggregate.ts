import type { Changes } from '#domain/shared/changes';
import type { DomainError } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';

/** What every versioned row has. Times are set by the store, from the clock. */
export interface Versioned {
  readonly id: string;
  readonly tenantId: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly updatedAt: Date;
  readonly updatedBy: string | null;
}

/** How every versioned row begins. */
export const firstVersion = (id: string, tenantId: string, by: string | null, now: Date): Versioned => ({
  id,
  tenantId,
  version: 1,
  createdAt: now,
  createdBy: by,
  updatedAt: now,
  updatedBy: by,
});

/**
 * A fact to be told outside (API, *Messages going out*): type on the wire, and what its `details` say (snake_case). Each
 * context lists the types it has; `T` holds who tells to them.
 */
export interface OutgoingFact<T extends string = string> {
  readonly type: T;
  readonly goalId?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A consistency boundary around one flat state. `stored` is the state as it was read (`null`: new), so that the store can
 * guard the version and write old and new into the audit log; `facts` go to the outbox with the change.
 */
export abstract class Aggregate<S extends Versioned, F extends string = string> {
  readonly facts: OutgoingFact<F>[] = [];
  private notes: Changes = {};

  constructor(
    protected current: S,
    readonly stored: S | null,
  ) {}

  get state(): S {
    return this.current;
  }

  /** What the audit log says of the change beside the fields that differ. */
  get noted(): Changes {
    return this.notes;
  }

  /** The store has written it, with its version and times; from here on it is what is there. */
  kept(state: S): void {
    this.current = state;
  }

  protected change(changes: Partial<S>): void {
    this.current = { ...this.current, ...changes };
  }

  protected note(changes: Changes): void {
    this.notes = { ...this.notes, ...changes };
  }
}

/** The version a caller says it has seen (`If-Match`), or `undefined` when it said none. */
export type SeenVersion = number | undefined;

/** For PATCH and DELETE: the seen version must be given (428) and be the present one (412). SPEC 7, *Optimistic locking*. */
export const mustHaveSeen = (present: number, seen: SeenVersion): Result<void> =>
  seen === undefined ? err(unversioned(present)) : mayHaveSeen(present, seen);

/** For actions: checked only when given. */
export const mayHaveSeen = (present: number, seen: SeenVersion): Result<void> =>
  seen === undefined || seen === present ? done : err(stale(present));

export const stale = (present: number): DomainError => ({
  kind: 'stale',
  code: 'version-mismatch',
  message: `It has changed since you read it. Read it again; its version is now ${present}.`,
  details: { current_version: present },
});

const unversioned = (present: number): DomainError => ({
  kind: 'unversioned',
  code: 'precondition-required',
  message: `Say which version you are changing with the header If-Match: "${present}" (the ETag of your last read).`,
  details: { current_version: present },
});
