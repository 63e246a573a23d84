import type { Catalog, CatalogEntry, CatalogKind, CatalogReference } from '#domain/workflows/catalog';

/** An entry with what it is called, for people to read. */
export type NamedCatalogEntry = CatalogEntry & { readonly name: string | null };

/** What the tenant has registered as existing (SPEC 4.2, *Catalog*). Its changes are audited. */
export abstract class CatalogRepository {
  /** As much of the catalog as the references need to be checked. */
  abstract known(tenantId: string, references: readonly CatalogReference[]): Promise<Catalog>;

  /** Registers an entry, or replaces it; one that is the same already stays untouched. */
  abstract put(tenantId: string, kind: CatalogKind, externalId: string, entry: NamedCatalogEntry): Promise<void>;

  /** Answers whether there was one. */
  abstract remove(tenantId: string, kind: CatalogKind, externalId: string): Promise<boolean>;
}
