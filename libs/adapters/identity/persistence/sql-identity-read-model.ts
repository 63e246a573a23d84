import { Injectable } from '@nestjs/common';
import type { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import { userListing, userView, type MeView, type UserView } from '#application/identity/views';
import type { Page, PageRequest } from '#application/shared/listing';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const USER = columnsOf(userView, 'u');

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

  async user(tenantId: string, id: string): Promise<UserView | undefined> {
    const [user] = await this.db.query<UserView>(`SELECT ${USER} FROM users u WHERE u.tenant_id = $1 AND u.id = $2`, [
      tenantId,
      id,
    ]);
    return user;
  }

  users(tenantId: string, request: PageRequest): Promise<Page<UserView>> {
    return readPage(
      this.db,
      userListing,
      {
        ...{ from: 'users u', columns: USER, where: ['u.tenant_id = $1'], parameters: [tenantId], id: 'u.id' },
        sorted: { created_at: 'u.created_at', name: 'u.name', role: 'u.role' },
        filtered: {
          role: (values) => `u.role = ANY (${values})`,
          status: (values) => `u.status = ANY (${values})`,
          email: (values) => `lower(u.email) = ANY (SELECT lower(v) FROM unnest(${values}::text[]) AS v)`,
        },
      },
      request,
    );
  }
}
