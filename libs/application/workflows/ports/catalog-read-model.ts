import type { CatalogKind } from '#domain/workflows/catalog';
import type { Page, PageRequest } from '#application/shared/listing';
import type { CatalogEntryView } from '#application/workflows/views';

/** What can be seen of a tenant's catalog. */
export abstract class CatalogReadModel {
  abstract entry(tenantId: string, kind: CatalogKind, externalId: string): Promise<CatalogEntryView | null>;
  abstract entries(tenantId: string, kind: CatalogKind, page: PageRequest): Promise<Page<CatalogEntryView>>;
}
