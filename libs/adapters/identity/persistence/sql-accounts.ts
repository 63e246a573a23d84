import { Injectable } from '@nestjs/common';
import type { Account, Accounts, ExternalMember, NewAccount } from '#application/identity/ports/accounts';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

/** Accounts and their tenants as rows. A password's hash stands in no audit entry. */
@Injectable()
export class SqlAccounts implements Accounts {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async whose(email: string): Promise<{ tenantId: string; userId: string } | undefined> {
    const rows = await this.db.prepared<{ tenant_id: string; user_id: string }>(
      'SELECT tenant_id, user_id FROM login_find($1)',
      [email],
    );
    return rows[0] && { tenantId: rows[0].tenant_id, userId: rows[0].user_id };
  }

  async find(tenantId: string, id: string): Promise<Account | undefined> {
    const [account] = await this.db.prepared<Account>(
      `SELECT tenant_id AS "tenantId", id, email, role, status = 'active' AS "isActive",
         email_confirmed_at IS NOT NULL AS "isConfirmed", password_hash AS "passwordHash"
       FROM users WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return account;
  }

  async addTenant(tenantId: string, name: string): Promise<void> {
    await this.db.query('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)', [
      ...[tenantId, name, this.clock.now()],
    ]);
    await this.audit('tenant.created', 'tenant', tenantId, { name: { old: null, new: name } });
  }

  async add({ tenantId, id, email, name, role, passwordHash, isConfirmed }: NewAccount): Promise<boolean> {
    const now = this.clock.now();
    await this.holdAddress(email);
    const rows = await this.db.query(
      `INSERT INTO users (tenant_id, id, email, name, role, password_hash, email_confirmed_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING RETURNING id`,
      [tenantId, id, email, name, role, passwordHash, isConfirmed ? now : null, now],
    );
    if (rows.length === 0) return false;
    const fresh = Object.entries({ email, name, role }).map(([field, value]) => [field, { old: null, new: value }]);
    await this.audit('user.created', 'user', id, Object.fromEntries(fresh) as Changed);
    return true;
  }

  async admit(tenantId: string, { issuer, externalId, role, name, email }: ExternalMember): Promise<Admitted> {
    const whose = [tenantId, issuer, externalId];
    const [known] = await this.db.prepared<Admitted & { role: string; name: string }>(FIND_EXTERNAL, whose);
    if (known?.role === role && known.name === name) return known;
    if (email !== null) await this.holdAddress(email);
    const [admitted] = await this.db.query<Admitted & { isNew: boolean }>(ADMIT_EXTERNAL, [
      ...whose,
      ...[this.ids.next(), role, name, email, this.clock.now()],
    ]);
    // Somebody else has made or changed it at the same moment, to what it is to be.
    if (!admitted) return existing((await this.db.prepared<Admitted>(FIND_EXTERNAL, whose))[0] ?? null);
    const changes = changesOf({ role: known?.role ?? null, name: known?.name ?? null }, { role, name });
    await this.audit(admitted.isNew ? 'user.created' : 'user.updated', 'user', admitted.id, changes);
    return admitted;
  }

  async setPassword(tenantId: string, id: string, hash: string, isNew: boolean): Promise<void> {
    await this.db.query('UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2', [tenantId, id, hash]);
    if (isNew) await this.audit('user.password_changed', 'user', id);
  }

  async confirm(tenantId: string, id: string, email: string): Promise<boolean> {
    const rows = await this.db.query(
      `UPDATE users SET email_confirmed_at = $4, updated_at = $4, version = version + 1
       WHERE tenant_id = $1 AND id = $2 AND email = $3 AND email_confirmed_at IS NULL RETURNING id`,
      [tenantId, id, email, this.clock.now()],
    );
    if (rows.length > 0) await this.audit('user.email_confirmed', 'user', id);
    return rows.length > 0;
  }

  /**
   * To the end of the transaction: whether an address is somebody's is asked before it is given away, and of two who ask at the
   * same moment the second sees the first.
   */
  private async holdAddress(email: string): Promise<void> {
    await this.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('address:' || lower($1), 0))`, [email]);
  }

  private audit(action: string, entityType: string, entityId: string, changes: Changed = {}): Promise<void> {
    return this.journal.write([{ action, entityType, entityId, changes }], []);
  }
}

interface Admitted {
  readonly id: string;
  readonly isActive: boolean;
}

const FIND_EXTERNAL = `SELECT id, status = 'active' AS "isActive", role, name FROM users
  WHERE tenant_id = $1 AND issuer = $2 AND external_id = $3`;

/** An address that is somebody's already, in whatever tenant, is left out: it is not what they come in by. */
const ADMIT_EXTERNAL = `INSERT INTO users (tenant_id, issuer, external_id, id, role, name, email, created_at, updated_at)
  SELECT $1, $2, $3, $4, $5, $6, CASE WHEN EXISTS (SELECT FROM login_find($7::text)) THEN NULL ELSE $7::text END, $8, $8
  ON CONFLICT (tenant_id, issuer, external_id) DO UPDATE SET role = excluded.role, name = excluded.name,
    version = users.version + 1, updated_at = excluded.updated_at
    WHERE (users.role, users.name) IS DISTINCT FROM (excluded.role, excluded.name)
  RETURNING id, status = 'active' AS "isActive", created_at = $8 AS "isNew"`;

const changesOf = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Changed =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([field, value]) => before[field] !== value)
      .map(([field, value]) => [field, { old: before[field], new: value }]),
  );

type Changed = Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;
