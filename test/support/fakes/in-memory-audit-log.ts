import type { AuditedThing, AuditEntryView, AuditLog } from '#application/shared/audit/audit-log';
import type { Page, PageRequest } from '#application/shared/listing';
import { pageInMemory } from './pages';

/** The audit log of one tenant. */
export class InMemoryAuditLog implements AuditLog {
  constructor(
    private readonly tenantId: string,
    private readonly all: readonly AuditEntryView[],
  ) {}

  entries(tenantId: string, page: PageRequest): Promise<Page<AuditEntryView>> {
    return Promise.resolve(pageInMemory(this.of(tenantId), page, fits));
  }

  entriesOf(
    tenantId: string,
    thing: AuditedThing,
    id: string,
    page: PageRequest,
  ): Promise<Page<AuditEntryView> | null> {
    const own = this.of(tenantId).filter(({ entity_type, entity_id }) => entity_type === thing && entity_id === id);
    return Promise.resolve(own.length > 0 ? pageInMemory(own, page, fits) : null);
  }

  private of(tenantId: string): readonly AuditEntryView[] {
    return tenantId === this.tenantId ? this.all : [];
  }
}

const fits = (row: AuditEntryView, filter: string, values: readonly string[]): boolean => {
  const [value = ''] = values;
  if (filter === 'occurred_after') return row.occurred_at >= value;
  if (filter === 'occurred_before') return row.occurred_at < value;
  return values.includes(row[filter as 'entity_type' | 'entity_id' | 'action' | 'actor_id'] ?? '');
};
