import { Injectable } from '@nestjs/common';
import { changesBetween } from '#domain/shared/changes';
import type { JsonObject } from '#domain/shared/json';
import type { Tenants } from '#application/identity/ports/tenants';
import { tenantView, type TenantView } from '#application/identity/views';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const TENANT = columnsOf(tenantView, 't');

@Injectable()
export class SqlTenants implements Tenants {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async find(tenantId: string, hold?: 'hold'): Promise<TenantView> {
    const lock = hold ? ' FOR NO KEY UPDATE' : '';
    const rows = await this.db.query<TenantView>(`SELECT ${TENANT} FROM tenants t WHERE t.id = $1${lock}`, [tenantId]);
    return existing(rows[0] ?? null);
  }

  async save(before: TenantView, name: string, settings: JsonObject): Promise<void> {
    const changes = changesBetween({ ...before }, { ...before, name, settings }, ['name', 'settings']);
    if (Object.keys(changes).length === 0) return;
    await this.db.query('UPDATE tenants SET name = $2, settings = $3, updated_at = $4 WHERE id = $1', [
      ...[before.id, name, JSON.stringify(settings), this.clock.now()],
    ]);
    const entry = { action: 'tenant.updated', entityType: 'tenant', entityId: before.id, changes };
    await this.journal.write([entry], []);
  }
}
