import { Injectable } from '@nestjs/common';
import type { Role } from '#domain/shared/permissions';
import type { Invitations, NewInvitation } from '#application/identity/ports/invitations';
import { invitationView, type InvitationView } from '#application/identity/views';
import { Clock } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const INVITATION = columnsOf(invitationView, 'i', { token: 'NULL::text' });

@Injectable()
export class SqlInvitations implements Invitations {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async add({ tenantId, id, email, role, secretHash, expiresAt }: NewInvitation): Promise<void> {
    await this.db.query(
      `INSERT INTO invitations (tenant_id, id, email, role, secret_hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [tenantId, id, email, role, secretHash, this.clock.now(), expiresAt],
    );
    const changes = { email: { old: null, new: email }, role: { old: null, new: role } };
    await this.journal.write([{ action: 'invitation.created', entityType: 'invitation', entityId: id, changes }], []);
  }

  async find(tenantId: string, id: string): Promise<InvitationView | undefined> {
    const [invitation] = await this.db.query<InvitationView>(
      `SELECT ${INVITATION} FROM invitations i WHERE i.tenant_id = $1 AND i.id = $2`,
      [tenantId, id],
    );
    return invitation;
  }

  async take(tenantId: string, id: string, secretHash: Uint8Array): Promise<{ email: string; role: Role } | undefined> {
    const [taken] = await this.db.query<{ email: string; role: Role }>(
      `UPDATE invitations SET accepted_at = $4
       WHERE tenant_id = $1 AND id = $2 AND secret_hash = $3 AND accepted_at IS NULL AND expires_at > $4
       RETURNING email, role`,
      [tenantId, id, secretHash, this.clock.now()],
    );
    const entry = { action: 'invitation.accepted', entityType: 'invitation', entityId: id };
    if (taken) await this.journal.write([entry], []);
    return taken;
  }
}
