import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { checkEntry, type CatalogKind } from '#domain/workflows/catalog';
import { existing } from '#application/shared/existing';
import { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import { CatalogRepository, type NamedCatalogEntry } from '#application/workflows/ports/catalog-repository';
import type { CatalogEntryView } from '#application/workflows/views';

/** Registers what exists, or replaces what is registered; the last one wins (SPEC 4.2, *Catalog*). */
export class PutCatalogEntry extends Command<Result<CatalogEntryView>> {
  constructor(
    readonly actor: Actor,
    readonly kind: CatalogKind,
    readonly externalId: string,
    readonly entry: NamedCatalogEntry,
  ) {
    super();
  }
}

@CommandHandler(PutCatalogEntry)
export class PutCatalogEntryHandler {
  constructor(
    private readonly catalog: CatalogRepository,
    private readonly shown: CatalogReadModel,
  ) {}

  async execute({ actor, kind, externalId, entry }: PutCatalogEntry): Promise<Result<CatalogEntryView>> {
    if (!actor.may('catalog:update')) return err(forbidden('catalog:update'));
    const faults = checkEntry(kind, entry);
    if (faults.length > 0) return err(invalid(faults));
    await this.catalog.put(actor.tenantId, kind, externalId, entry);
    return ok(existing(await this.shown.entry(actor.tenantId, kind, externalId)));
  }
}
