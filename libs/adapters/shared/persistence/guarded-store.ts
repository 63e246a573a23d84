import { Injectable } from '@nestjs/common';
import type { EntitySchema, ObjectLiteral } from 'typeorm';
import { stale, type Aggregate, type Versioned } from '#domain/shared/aggregate';
import { areSame, changesBetween, type Changes } from '#domain/shared/changes';
import { missing, type DomainError } from '#domain/shared/errors';
import { done, err, ok, type Err, type Result } from '#domain/shared/result';
import { Clock, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal, type AuditEntry } from '#adapters/shared/persistence/journal';
import { insertOf, updateOf } from '#adapters/shared/persistence/row-writes';

/** What a violated unique constraint means in the words of the business, by the constraint's name. */
export type Conflicts = Readonly<Record<string, DomainError>>;

const KEPT_BY_THE_STORE = new Set(['id', 'tenantId', 'version', 'createdAt', 'createdBy', 'updatedAt', 'updatedBy']);

/**
 * The one way versioned rows are written: inserted when new, otherwise updated only where the version is still the one that
 * was read (0 rows: 412), with the audit entry and the outgoing facts in the same transaction. Never a lost update (SPEC 7).
 */
@Injectable()
export class GuardedStore {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  /**
   * `entityType` is the word of the audit log and of permissions (`workflow_goal`). `derived` are fields that follow from others:
   * they are stored, but the audit log does not repeat them. An aggregate without a change writes nothing.
   */
  async save<S extends Versioned & ObjectLiteral>(
    schema: EntitySchema<S>,
    entityType: string,
    aggregate: Aggregate<S>,
    conflicts: Conflicts = {},
    derived: readonly (keyof S & string)[] = [],
  ): Promise<Result<void>> {
    const { state, stored } = aggregate;
    const changes = differences(stored, state, derived);
    if (stored && Object.keys(changes).length === 0) return done;
    const next = this.stamped(state, stored);
    const written = await this.journal
      .writeBeside(
        stored ? updateOf(schema, stored, onlyChanged(stored, next)) : insertOf(schema, next),
        [entryOf(aggregate, entityType, changes)],
        aggregate.facts.map((fact) => ({ ...fact, version: next.version })),
      )
      .then(ok, refusedBy(conflicts));
    if (!written.ok) return written;
    if (stored && written.value === 0) return err(await this.outrun(schema, entityType, stored));
    aggregate.kept(next);
    return done;
  }

  /** Takes a row out for good where the version is still the one that was read: 412 otherwise, 404 when it is gone already. */
  async remove<S extends Versioned & ObjectLiteral>(
    schema: EntitySchema<S>,
    entityType: string,
    aggregate: Aggregate<S>,
  ): Promise<Result<void>> {
    const { state, stored } = aggregate;
    const { tenantId, id, version } = state;
    const { name } = schema.options;
    const gone = await this.journal.writeBeside(
      {
        sql: `DELETE FROM ${name} WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING id`,
        parameters: [tenantId, id, version],
      },
      [entryOf(aggregate, entityType, differences(stored, null))],
      aggregate.facts.map((fact) => ({ ...fact, version: version + 1 })),
    );
    if (gone === 0) return err(await this.outrun(schema, entityType, state));
    return done;
  }

  private stamped<S extends Versioned>(state: S, stored: S | null): S {
    const now = this.clock.now();
    const { userId } = this.context.actor;
    const made = stored ?? { version: 0, createdAt: now, createdBy: userId };
    const { createdAt, createdBy } = made;
    return { ...state, version: made.version + 1, createdAt, createdBy, updatedAt: now, updatedBy: userId };
  }

  /** Somebody was faster: it has another version now, or is gone for good. */
  private async outrun<S extends Versioned & ObjectLiteral>(
    schema: EntitySchema<S>,
    entityType: string,
    { tenantId, id }: S,
  ): Promise<DomainError> {
    const [row] = await this.db.query<{ version: number }>(
      `SELECT version FROM ${schema.options.name} WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return row ? stale(row.version) : missing(entityType);
  }
}

const refusedBy =
  (conflicts: Conflicts) =>
  (failure: unknown): Err => {
    const { code, constraint } = failure as { readonly code?: string; readonly constraint?: string };
    const conflict = code === '23505' && constraint !== undefined ? conflicts[constraint] : undefined;
    if (!conflict) throw failure;
    return err(conflict);
  };

const entryOf = (aggregate: Aggregate<Versioned>, entityType: string, changes: Changes): AuditEntry => ({
  action: actionOf(aggregate, entityType),
  entityType,
  entityId: aggregate.state.id,
  changes: { ...changes, ...aggregate.noted },
});

/** The facts say it best; a change that tells nobody (a goal moved down by another) is an update. */
const actionOf = (aggregate: Aggregate<Versioned>, entityType: string): string =>
  aggregate.facts[0]?.type ?? `${entityType}.updated`;

/** What differs: a field that others change without a new version (progress) must not be set back to what was read. */
const onlyChanged = <S extends Versioned>(stored: S, next: S): Partial<S> =>
  Object.fromEntries(
    Object.entries(next).filter(([field, value]) => !areSame(value, stored[field as keyof S])),
  ) as Partial<S>;

/**
 * Every field that differs, but for the derived ones, by its name on the wire; of a new row, or one that goes, every field that
 * has a value.
 */
const differences = <S extends Versioned>(
  before: S | null,
  after: S | null,
  derived: readonly (keyof S & string)[] = [],
): Changes => {
  const fields = (Object.keys(after ?? before ?? {}) as (keyof S & string)[]).filter(
    (field) => !KEPT_BY_THE_STORE.has(field) && !derived.includes(field),
  );
  const nothing = Object.fromEntries(fields.map((field) => [field, null])) as unknown as S;
  return changesBetween(before ?? nothing, after ?? nothing, fields);
};
