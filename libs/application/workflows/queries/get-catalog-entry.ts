import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { CatalogKind } from '#domain/workflows/catalog';
import { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import type { CatalogEntryView } from '#application/workflows/views';

export class GetCatalogEntry extends Query<Result<CatalogEntryView>> {
  constructor(
    readonly actor: Actor,
    readonly kind: CatalogKind,
    readonly externalId: string,
  ) {
    super();
  }
}

@QueryHandler(GetCatalogEntry)
export class GetCatalogEntryHandler {
  constructor(private readonly catalog: CatalogReadModel) {}

  async execute({ actor, kind, externalId }: GetCatalogEntry): Promise<Result<CatalogEntryView>> {
    if (!actor.may('catalog:read')) return err(forbidden('catalog:read'));
    const entry = await this.catalog.entry(actor.tenantId, kind, externalId);
    return entry ? ok(entry) : err(missing('catalog_entry'));
  }
}
