import { Injectable } from '@nestjs/common';
import type { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import type { MeView } from '#application/identity/views';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlIdentityReadModel implements IdentityReadModel {
  constructor(private readonly db: Database) {}

  async me(tenantId: string, userId: string): Promise<Omit<MeView, 'permissions'> | undefined> {
    const [me] = await this.db.query<Omit<MeView, 'permissions'>>(
      `SELECT u.id AS user_id, u.email, u.name, u.role, u.tenant_id, t.name AS tenant_name
       FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE u.tenant_id = $1 AND u.id = $2`,
      [tenantId, userId],
    );
    return me;
  }
}
