import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { CatalogKind } from '#domain/workflows/catalog';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import { catalogEntryView, type CatalogEntryView } from '#application/workflows/views';

export const catalogListing = listing({
  item: catalogEntryView,
  sortable: ['created_at', 'updated_at', 'external_id', 'name'],
  filters: { name: { kind: 'text' }, pipeline_id: { kind: 'text' } },
});

export class ListCatalogEntries extends Query<Result<Page<CatalogEntryView>>> {
  constructor(
    readonly actor: Actor,
    readonly kind: CatalogKind,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListCatalogEntries)
export class ListCatalogEntriesHandler {
  constructor(private readonly catalog: CatalogReadModel) {}

  async execute({ actor, kind, page }: ListCatalogEntries): Promise<Result<Page<CatalogEntryView>>> {
    if (!actor.may('catalog:read')) return err(forbidden('catalog:read'));
    return ok(await this.catalog.entries(actor.tenantId, kind, page));
  }
}
