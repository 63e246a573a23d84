import { Injectable } from '@nestjs/common';
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { Member, type MemberState } from '#domain/identity/member';
import { stale } from '#domain/shared/aggregate';
import { done, err, type Result } from '#domain/shared/result';
import type { MemberRepository } from '#application/identity/ports/member-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';
import { Journal } from '#adapters/shared/persistence/journal';

/** What of a user may be changed by others; what they log in with is not read here. */
export const memberSchema = new EntitySchema<MemberState>({
  name: 'users',
  columns: {
    ...versionedColumns,
    email: { type: 'text', nullable: true },
    name: { type: 'text' },
    role: { type: 'text' },
    status: { type: 'text' },
  } satisfies Record<keyof MemberState, EntitySchemaColumnOptions>,
});

@Injectable()
export class TypeOrmMemberRepository implements MemberRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
    private readonly journal: Journal,
  ) {}

  async find(tenantId: string, id: string): Promise<Member | null> {
    const manager = await this.db.entities();
    const state = await manager.findOne(memberSchema, { where: { tenantId, id } });
    return state && new Member(state, state);
  }

  /** The tenant's row stands for all its Owners: one who is being made is in no row yet that could be held. */
  async holdOwners(tenantId: string): Promise<readonly string[]> {
    await this.db.query('SELECT FROM tenants WHERE id = $1 FOR NO KEY UPDATE', [tenantId]);
    const rows = await this.db.query<{ id: string }>(
      `SELECT id FROM users WHERE tenant_id = $1 AND role = 'Owner' AND status = 'active'`,
      [tenantId],
    );
    return rows.map(({ id }) => id);
  }

  save(member: Member): Promise<Result<void>> {
    return this.store.save(memberSchema, 'user', member);
  }

  async remove({ state: { tenantId, id, version, email, name, role } }: Member): Promise<Result<void>> {
    const gone = await this.db.query(
      'DELETE FROM users WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING id',
      [tenantId, id, version],
    );
    if (gone.length === 0) return err(stale(version + 1));
    const changes = Object.fromEntries(
      Object.entries({ email, name, role }).map(([field, old]) => [field, { old, new: null }]),
    );
    await this.journal.write([{ action: 'user.deleted', entityType: 'user', entityId: id, changes }], []);
    return done;
  }

  async hasEmail(tenantId: string, email: string): Promise<boolean> {
    const rows = await this.db.query('SELECT FROM users WHERE tenant_id = $1 AND lower(email) = lower($2)', [
      ...[tenantId, email],
    ]);
    return rows.length > 0;
  }
}
