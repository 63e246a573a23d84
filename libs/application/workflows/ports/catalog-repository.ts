import type { Catalog, CatalogEntry, CatalogKind, CatalogReference } from '#domain/workflows/catalog';

/** What the tenant has registered as existing (SPEC 4.2, *Catalog*). */
export abstract class CatalogRepository {
  /** As much of the catalog as the references need to be checked. */
  abstract known(tenantId: string, references: readonly CatalogReference[]): Promise<Catalog>;

  /** Registers an entry, or replaces it. Answers whether it is new. */
  abstract put(
    tenantId: string,
    kind: CatalogKind,
    externalId: string,
    entry: CatalogEntry & { readonly name: string | null },
  ): Promise<boolean>;

  /** Answers whether there was one. */
  abstract remove(tenantId: string, kind: CatalogKind, externalId: string): Promise<boolean>;
}
