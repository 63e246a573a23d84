import { Injectable } from '@nestjs/common';
import type { SyncedState, SyncSource } from '#application/shared/sync/sync-source';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlTaskSync implements SyncSource {
  readonly kind = 'task';

  constructor(private readonly db: Database) {}

  async count(tenantId: string): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM tasks WHERE tenant_id = $1 AND deleted_at IS NULL',
      [tenantId],
    );
    return row?.count ?? 0;
  }

  after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedState[]> {
    return this.db.query<SyncedState>(
      `SELECT t.id, t.version FROM tasks t WHERE t.tenant_id = $1 AND t.id > $2 AND t.deleted_at IS NULL
       ORDER BY t.id LIMIT $3 FOR SHARE OF t`,
      [tenantId, afterId, most],
    );
  }
}
