import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import type { CatalogKind } from '#domain/workflows/catalog';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';

/** Takes an entry from the catalog; goals that name it stay, and show it at their workflow's next activation (SPEC 4.1). */
export class RemoveCatalogEntry extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly kind: CatalogKind,
    readonly externalId: string,
  ) {
    super();
  }
}

@CommandHandler(RemoveCatalogEntry)
export class RemoveCatalogEntryHandler {
  constructor(private readonly catalog: CatalogRepository) {}

  async execute({ actor, kind, externalId }: RemoveCatalogEntry): Promise<Result<void>> {
    if (!actor.may('catalog:delete')) return err(forbidden('catalog:delete'));
    const removed = await this.catalog.remove(actor.tenantId, kind, externalId);
    return removed ? done : err(missing('catalog_entry'));
  }
}
