import { Injectable } from '@nestjs/common';
import { QueryFailedError, type EntitySchema, type ObjectLiteral } from 'typeorm';
import { stale, type Aggregate, type Versioned } from '#domain/shared/aggregate';
import { changesBetween, type Changes } from '#domain/shared/changes';
import type { DomainError } from '#domain/shared/errors';
import { canonicalJson } from '#domain/shared/json';
import { done, err, type Result } from '#domain/shared/result';
import { Clock, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

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
    const written = await this.write(schema, stored, this.stamped(state, stored)).catch(refusedBy(conflicts));
    if (!written.ok) return written;
    await this.journal.write(
      [{ action: actionOf(aggregate, entityType), entityType, entityId: state.id, changes }],
      aggregate.facts.map((fact) => ({ ...fact, version: (stored?.version ?? 0) + 1 })),
    );
    return done;
  }

  private stamped<S extends Versioned>(state: S, stored: S | null): S {
    const now = this.clock.now();
    const { userId } = this.context.actor;
    const made = stored ?? { version: 0, createdAt: now, createdBy: userId };
    const { createdAt, createdBy } = made;
    return { ...state, version: made.version + 1, createdAt, createdBy, updatedAt: now, updatedBy: userId };
  }

  private async write<S extends Versioned & ObjectLiteral>(
    schema: EntitySchema<S>,
    stored: S | null,
    next: S,
  ): Promise<Result<void>> {
    const manager = await this.db.entities();
    if (!stored) {
      await manager.createQueryBuilder().insert().into(schema).values(next).updateEntity(false).execute();
      return done;
    }
    const { affected } = await manager
      .createQueryBuilder()
      .update(schema)
      .set(onlyChanged(stored, next))
      .where('tenant_id = :tenantId AND id = :id AND version = :version', { ...next, version: stored.version })
      .execute();
    return affected === 1 ? done : err(stale(await this.presentVersion(schema, stored)));
  }

  private async presentVersion<S extends Versioned & ObjectLiteral>(
    schema: EntitySchema<S>,
    { tenantId, id, version }: S,
  ): Promise<number> {
    const [row] = await this.db.query<{ version: number }>(
      `SELECT version FROM ${schema.options.name} WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return row?.version ?? version;
  }
}

const refusedBy =
  (conflicts: Conflicts) =>
  (failure: unknown): Result<void> => {
    const { code, constraint } = (failure instanceof QueryFailedError ? failure.driverError : {}) as {
      code?: string;
      constraint?: string;
    };
    const conflict = code === '23505' && constraint !== undefined ? conflicts[constraint] : undefined;
    if (!conflict) throw failure;
    return err(conflict);
  };

/** The facts say it best; a change that tells nobody (a goal moved down by another) is an update. */
const actionOf = (aggregate: Aggregate<Versioned>, entityType: string): string =>
  aggregate.facts[0]?.type ?? `${entityType}.updated`;

/** What differs: a field that others change without a new version (progress) must not be set back to what was read. */
const onlyChanged = <S extends Versioned>(stored: S, next: S): Partial<S> =>
  Object.fromEntries(
    Object.entries(next).filter(([field, value]) => canonicalJson(value) !== canonicalJson(stored[field as keyof S])),
  ) as Partial<S>;

/** Every field that differs, by its name on the wire; of a new row every field that has a value. */
const differences = <S extends Versioned>(
  stored: S | null,
  state: S,
  derived: readonly (keyof S & string)[],
): Changes => {
  const fields = (Object.keys(state) as (keyof S & string)[]).filter(
    (field) => !KEPT_BY_THE_STORE.has(field) && !derived.includes(field),
  );
  const before = stored ?? (Object.fromEntries(fields.map((field) => [field, null])) as unknown as S);
  return changesBetween(before, state, fields);
};
