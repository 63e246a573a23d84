import { Injectable } from '@nestjs/common';
import {
  auditEntryView,
  auditListing,
  entityAuditListing,
  type AuditedThing,
  type AuditEntryView,
  type AuditLog,
} from '#application/shared/audit/audit-log';
import type { Page, PageRequest } from '#application/shared/listing';
import { Database } from '#adapters/shared/persistence/database';
import { readPage, type ListSource } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const SOURCE = {
  from: 'audit_log l',
  columns: columnsOf(auditEntryView, 'l'),
  id: 'l.id',
  sorted: { occurred_at: 'l.occurred_at' },
  filtered: {
    entity_type: (values) => `l.entity_type = ANY (${values})`,
    entity_id: (values) => `l.entity_id = ANY (${values}::uuid[])`,
    action: (values) => `l.action = ANY (${values})`,
    actor_id: (values) => `l.actor_id = ANY (${values}::uuid[])`,
    occurred_after: (values) => `l.occurred_at >= (${values}::timestamptz[])[1]`,
    occurred_before: (values) => `l.occurred_at < (${values}::timestamptz[])[1]`,
  },
} satisfies Partial<ListSource>;

@Injectable()
export class SqlAuditLog implements AuditLog {
  constructor(private readonly db: Database) {}

  entries(tenantId: string, page: PageRequest): Promise<Page<AuditEntryView>> {
    const source = { ...SOURCE, where: ['l.tenant_id = $1'], parameters: [tenantId] };
    return readPage(this.db, auditListing, source, page);
  }

  async entriesOf(
    tenantId: string,
    thing: AuditedThing,
    id: string,
    page: PageRequest,
  ): Promise<Page<AuditEntryView> | null> {
    const parameters = [tenantId, thing, id];
    const where = ['l.tenant_id = $1', 'l.entity_type = $2', 'l.entity_id = $3'];
    const found = await this.db.query(`SELECT 1 FROM audit_log l WHERE ${where.join(' AND ')} LIMIT 1`, parameters);
    return found.length > 0 ? readPage(this.db, entityAuditListing, { ...SOURCE, where, parameters }, page) : null;
  }
}
