import { stale, type Aggregate, type OutgoingFact, type Versioned } from '#domain/shared/aggregate';
import { missing, type DomainError } from '#domain/shared/errors';
import { canonicalJson } from '#domain/shared/json';
import { done, err, type Result } from '#domain/shared/result';
import type { Clock } from '#application/shared/tools';

/** Versioned rows in memory, written as the guarded store writes them. */
export class InMemoryRows<S extends Versioned> {
  private readonly rows = new Map<string, S>();
  /** Every fact told so far. */
  readonly told: OutgoingFact[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly userId: () => string | null,
  ) {}

  get all(): S[] {
    return [...this.rows.values()];
  }

  /** Changes a row as a statement would that raises no version. */
  put(row: S): void {
    this.rows.set(row.id, row);
  }

  save(
    aggregate: Aggregate<S>,
    conflict: (next: S, others: readonly S[]) => DomainError | undefined,
  ): Promise<Result<void>> {
    return Promise.resolve(this.write(aggregate, conflict));
  }

  /** Takes a row out for good. */
  remove({ state, facts }: Aggregate<S>, thing: string): Promise<Result<void>> {
    const present = this.rows.get(state.id);
    if (!present) return Promise.resolve(err(missing(thing)));
    if (present.version !== state.version) return Promise.resolve(err(stale(present.version)));
    this.rows.delete(state.id);
    this.told.push(...facts);
    return Promise.resolve(done);
  }

  private write(
    aggregate: Aggregate<S>,
    conflict: (next: S, others: readonly S[]) => DomainError | undefined,
  ): Result<void> {
    const { state, stored, facts } = aggregate;
    if (stored && canonicalJson(stored) === canonicalJson(state)) return done;
    const present = this.rows.get(state.id);
    if (stored && present?.version !== stored.version) return err(stale(present?.version ?? stored.version));
    const refusal = conflict(
      state,
      this.all.filter(({ id, tenantId }) => id !== state.id && tenantId === state.tenantId),
    );
    if (refusal) return err(refusal);
    const [now, by] = [this.clock.now(), this.userId()];
    const { createdAt, createdBy, version } = stored ?? { createdAt: now, createdBy: by, version: 0 };
    const next = { ...state, version: version + 1, createdAt, createdBy, updatedAt: now, updatedBy: by };
    this.rows.set(state.id, next);
    aggregate.kept(next);
    this.told.push(...facts);
    return done;
  }
}
