import { Injectable } from '@nestjs/common';
import type { Member, Members } from '#application/identity/contract';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlMembers implements Members {
  constructor(private readonly db: Database) {}

  membersOf(tenantId: string, userIds: readonly string[]): Promise<readonly Member[]> {
    return this.db.query<Member>(
      'SELECT u.id, u.name, u.email FROM users u WHERE u.tenant_id = $1 AND u.id = ANY ($2::uuid[]) ORDER BY u.id',
      [tenantId, userIds],
    );
  }
}
