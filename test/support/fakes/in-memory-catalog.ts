import type { Catalog, CatalogEntry, CatalogKind, CatalogReference } from '#domain/workflows/catalog';
import type { Page, PageRequest } from '#application/shared/listing';
import type { Clock } from '#application/shared/tools';
import type { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import type { CatalogRepository, NamedCatalogEntry } from '#application/workflows/ports/catalog-repository';
import type { CatalogEntryView } from '#application/workflows/views';
import { pageInMemory } from './pages';

interface Row extends CatalogEntryView {
  readonly tenantId: string;
}

export class InMemoryCatalog implements CatalogRepository, CatalogReadModel {
  private rows: Row[] = [];

  constructor(private readonly clock: Clock) {}

  known(tenantId: string, references: readonly CatalogReference[]): Promise<Catalog> {
    const catalog = new Map<CatalogKind, Map<string, CatalogEntry>>();
    for (const { kind } of references) {
      const rows = this.rows.filter((row) => row.tenantId === tenantId && row.kind === kind);
      const asked = rows.filter((row) => references.some(({ externalId }) => externalId === row.external_id));
      if (rows.length > 0)
        catalog.set(kind, new Map(asked.map((row) => [row.external_id, { pipelineId: row.pipeline_id }])));
    }
    return Promise.resolve(catalog);
  }

  put(tenantId: string, kind: CatalogKind, externalId: string, entry: NamedCatalogEntry): Promise<void> {
    const { name, pipelineId } = entry;
    const old = this.find(tenantId, kind, externalId);
    if (old?.name === name && old.pipeline_id === pipelineId) return Promise.resolve();
    const now = this.clock.now().toISOString();
    const place = { tenantId, kind, external_id: externalId };
    const next = { ...place, name, pipeline_id: pipelineId, created_at: old?.created_at ?? now, updated_at: now };
    this.rows = [...this.rows.filter((row) => row !== old), next];
    return Promise.resolve();
  }

  remove(tenantId: string, kind: CatalogKind, externalId: string): Promise<boolean> {
    const old = this.find(tenantId, kind, externalId);
    this.rows = this.rows.filter((row) => row !== old);
    return Promise.resolve(old !== undefined);
  }

  entry(tenantId: string, kind: CatalogKind, externalId: string): Promise<CatalogEntryView | null> {
    const row = this.find(tenantId, kind, externalId);
    return Promise.resolve(row ? shown(row) : null);
  }

  entries(tenantId: string, kind: CatalogKind, page: PageRequest): Promise<Page<CatalogEntryView>> {
    const rows = this.rows.filter((row) => row.tenantId === tenantId && row.kind === kind);
    const found = pageInMemory(
      rows.map((row) => ({ ...row, id: row.external_id })),
      page,
      (row, filter, values) => values.includes(String(filter === 'name' ? row.name : row.pipeline_id)),
    );
    return Promise.resolve({ ...found, items: found.items.map(shown) });
  }

  private find(tenantId: string, kind: CatalogKind, externalId: string): Row | undefined {
    return this.rows.find((row) => row.tenantId === tenantId && row.kind === kind && row.external_id === externalId);
  }
}

const shown = ({ kind, external_id, name, pipeline_id, created_at, updated_at }: Row): CatalogEntryView => ({
  kind,
  external_id,
  name,
  pipeline_id,
  created_at,
  updated_at,
});
