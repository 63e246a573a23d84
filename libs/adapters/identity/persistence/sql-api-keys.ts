import { Injectable } from '@nestjs/common';
import type { ApiKeys, NewApiKey } from '#application/identity/ports/api-keys';
import { apiKeyListing, apiKeyView, type ApiKeyView } from '#application/identity/views';
import type { Page, PageRequest } from '#application/shared/listing';
import { Clock } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const KEY = columnsOf(apiKeyView, 'k');

/** Keys as those who look after them see them. */
@Injectable()
export class SqlApiKeys implements ApiKeys {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async add({ tenantId, id, name, scopes, createdBy, secretHash, expiresAt }: NewApiKey): Promise<void> {
    await this.db.query(
      `INSERT INTO api_keys (tenant_id, id, name, scopes, created_by, secret_hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [tenantId, id, name, scopes, createdBy, secretHash, this.clock.now(), expiresAt],
    );
    const fresh = { name, scopes, expires_at: expiresAt };
    await this.audit(
      'api_key.created',
      id,
      Object.fromEntries(Object.entries(fresh).map(([field, value]) => [field, { old: null, new: value }])),
    );
  }

  async find(tenantId: string, id: string): Promise<ApiKeyView | undefined> {
    const [key] = await this.db.query<ApiKeyView>(
      `SELECT ${KEY} FROM api_keys k WHERE k.tenant_id = $1 AND k.id = $2`,
      [tenantId, id],
    );
    return key;
  }

  page(tenantId: string, request: PageRequest): Promise<Page<ApiKeyView>> {
    return readPage(
      this.db,
      apiKeyListing,
      {
        ...{ from: 'api_keys k', columns: KEY, where: ['k.tenant_id = $1'], parameters: [tenantId], id: 'k.id' },
        sorted: { created_at: 'k.created_at', name: 'k.name' },
        filtered: {},
      },
      request,
    );
  }

  async revoke(tenantId: string, id: string): Promise<boolean> {
    const rows = await this.db.query(
      'UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id',
      [tenantId, id, this.clock.now()],
    );
    if (rows.length > 0) await this.audit('api_key.revoked', id);
    return rows.length > 0;
  }

  private audit(
    action: string,
    entityId: string,
    changes: Readonly<Record<string, { old: unknown; new: unknown }>> = {},
  ) {
    return this.journal.write([{ action, entityType: 'api_key', entityId, changes }], []);
  }
}
