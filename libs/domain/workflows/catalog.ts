import { fault, type FieldFault } from '#domain/shared/errors';

/** What a tenant may register as existing (SPEC 4.2, *Catalog*). */
export const CATALOG_KINDS = ['tags', 'forms', 'calendars', 'services', 'products', 'pipelines', 'stages'] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** One registered thing; only a stage names a pipeline. */
export interface CatalogEntry {
  readonly pipelineId: string | null;
}

/**
 * As much of a tenant's catalog as the references at hand need: a kind is there when the tenant has any entry of it, and
 * holds those of the ids asked for that exist.
 */
export type Catalog = ReadonlyMap<CatalogKind, ReadonlyMap<string, CatalogEntry>>;

/** An id that criteria name, and where they do. `pipelineId` is set for a stage. */
export interface CatalogReference {
  readonly kind: CatalogKind;
  readonly externalId: string;
  readonly pipelineId?: string;
  readonly pointer: string;
}

const exists = (reference: CatalogReference, entries: ReadonlyMap<string, CatalogEntry>): boolean => {
  const entry = entries.get(reference.externalId);
  return entry !== undefined && (reference.pipelineId === undefined || entry.pipelineId === reference.pipelineId);
};

/**
 * One fault for each reference to something the catalog does not have. A kind without any entry is not checked; a stage of
 * another pipeline does not exist (SPEC 4.2).
 */
export const checkReferences = (references: readonly CatalogReference[], known: Catalog): FieldFault[] =>
  references.flatMap((reference) => {
    const entries = known.get(reference.kind);
    if (entries === undefined || exists(reference, entries)) return [];
    const thing = reference.kind.slice(0, -1);
    return [fault(reference.pointer, `${thing}.not-found`, `Referenced ${thing} does not exist`)];
  });

/** What is wrong with an entry to be registered: a stage must name its pipeline, nothing else may. */
export const checkEntry = (kind: CatalogKind, entry: CatalogEntry): FieldFault[] => {
  if (kind === 'stages' && entry.pipelineId === null)
    return [fault('/pipeline_id', 'required', 'A stage must name its pipeline.')];
  if (kind !== 'stages' && entry.pipelineId !== null)
    return [fault('/pipeline_id', 'not-allowed', 'Only a stage names a pipeline.')];
  return [];
};
