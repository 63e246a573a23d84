import { Injectable } from '@nestjs/common';
import type { Catalog, CatalogEntry, CatalogKind, CatalogReference } from '#domain/workflows/catalog';
import { Clock } from '#application/shared/tools';
import type { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { Database } from '#adapters/shared/persistence/database';

interface Row {
  readonly kind: CatalogKind;
  readonly external_id: string | null;
  readonly pipeline_id: string | null;
}

@Injectable()
export class SqlCatalogRepository implements CatalogRepository {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async known(tenantId: string, references: readonly CatalogReference[]): Promise<Catalog> {
    const catalog = new Map<CatalogKind, Map<string, CatalogEntry>>();
    if (references.length === 0) return catalog;
    // One row for each kind that has any entry, joined with the entries asked for.
    const rows = await this.db.query<Row>(
      `SELECT k.kind, c.external_id, c.pipeline_id
       FROM (SELECT DISTINCT kind FROM unnest($2::text[]) AS kind) k
       LEFT JOIN catalog_entries c ON c.tenant_id = $1 AND c.kind = k.kind AND c.external_id = ANY ($3)
       WHERE EXISTS (SELECT 1 FROM catalog_entries a WHERE a.tenant_id = $1 AND a.kind = k.kind)`,
      [tenantId, references.map(({ kind }) => kind), references.map(({ externalId }) => externalId)],
    );
    for (const { kind, external_id, pipeline_id } of rows) {
      const entries = catalog.get(kind) ?? new Map<string, CatalogEntry>();
      if (external_id !== null) entries.set(external_id, { pipelineId: pipeline_id });
      catalog.set(kind, entries);
    }
    return catalog;
  }

  async put(
    tenantId: string,
    kind: CatalogKind,
    externalId: string,
    entry: CatalogEntry & { readonly name: string | null },
  ): Promise<boolean> {
    const [row] = await this.db.query<{ is_new: boolean }>(
      `INSERT INTO catalog_entries (tenant_id, kind, external_id, name, pipeline_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)
       ON CONFLICT (tenant_id, kind, external_id) DO UPDATE SET name = $4, pipeline_id = $5, updated_at = $6
       RETURNING xmax = 0 AS is_new`,
      [tenantId, kind, externalId, entry.name, entry.pipelineId, this.clock.now()],
    );
    return row?.is_new === true;
  }

  async remove(tenantId: string, kind: CatalogKind, externalId: string): Promise<boolean> {
    const removed = await this.db.query(
      'DELETE FROM catalog_entries WHERE tenant_id = $1 AND kind = $2 AND external_id = $3 RETURNING external_id',
      [tenantId, kind, externalId],
    );
    return removed.length > 0;
  }
}
