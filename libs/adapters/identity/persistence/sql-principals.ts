import { Injectable } from '@nestjs/common';
import type { Role } from '#domain/shared/permissions';
import type { KeyOf, Principals } from '#application/identity/ports/principals';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlPrincipals implements Principals {
  constructor(private readonly db: Database) {}

  async roleOf(tenantId: string, userId: string, sessionId: string | null, now: Date): Promise<Role | undefined> {
    const [member] = await this.db.prepared<{ role: Role }>(
      `SELECT u.role FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active' AND ($3::uuid IS NULL OR EXISTS (
         SELECT FROM sessions s WHERE s.tenant_id = $1 AND s.id = $3 AND s.user_id = u.id AND s.ended_at IS NULL
           AND s.expires_at > $4))`,
      [tenantId, userId, sessionId, now],
    );
    return member?.role;
  }

  async useKey(tenantId: string, id: string, secretHash: Uint8Array, now: Date): Promise<KeyOf | undefined> {
    const [key] = await this.db.prepared<Omit<KeyOf, 'expiresAt'> & { readonly expiresAt: string | null }>(
      `UPDATE api_keys k SET last_used_at = $4 FROM users u
       WHERE k.tenant_id = $1 AND k.id = $2 AND k.secret_hash = $3 AND k.revoked_at IS NULL
         AND (k.expires_at IS NULL OR k.expires_at > $4)
         AND u.tenant_id = k.tenant_id AND u.id = k.created_by AND u.status = 'active'
       RETURNING k.created_by AS "makerId", u.role, k.scopes, k.expires_at AS "expiresAt"`,
      [tenantId, id, secretHash, now],
    );
    return key && { ...key, expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt) };
  }
}
