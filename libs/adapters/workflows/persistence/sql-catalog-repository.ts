import { Injectable } from '@nestjs/common';
import { v5 } from 'uuid';
import { changesBetween } from '#domain/shared/changes';
import type { Catalog, CatalogEntry, CatalogKind, CatalogReference } from '#domain/workflows/catalog';
import { Clock } from '#application/shared/tools';
import type { CatalogRepository, NamedCatalogEntry } from '#application/workflows/ports/catalog-repository';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

interface Row {
  readonly kind: CatalogKind;
  readonly external_id: string | null;
  readonly pipeline_id: string | null;
}

type EntryRow = Pick<Row, 'pipeline_id'> & { readonly name: string | null };

/** Names catalog entries in the audit log: a UUIDv5 of tenant, kind and external id below this one. */
const NAMESPACE = '5f1f5b0e-8c5c-5d0e-9a0f-2f6b7c3d9e41';

/** Where one entry stands. */
interface Place {
  readonly tenantId: string;
  readonly kind: CatalogKind;
  readonly externalId: string;
}

@Injectable()
export class SqlCatalogRepository implements CatalogRepository {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
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

  async put(tenantId: string, kind: CatalogKind, externalId: string, entry: NamedCatalogEntry): Promise<void> {
    const place = { tenantId, kind, externalId };
    if (await this.insert(place, entry)) return this.audit('created', place, null, entry);
    const [row] = await this.db.query<EntryRow>(
      `SELECT name, pipeline_id FROM catalog_entries WHERE tenant_id = $1 AND kind = $2 AND external_id = $3 FOR UPDATE`,
      [tenantId, kind, externalId],
    );
    // It went between the two statements.
    if (!row) return this.put(tenantId, kind, externalId, entry);
    const { name, pipelineId } = entry;
    if (row.name === name && row.pipeline_id === pipelineId) return;
    await this.db.query(
      `UPDATE catalog_entries SET name = $4, pipeline_id = $5, updated_at = $6
       WHERE tenant_id = $1 AND kind = $2 AND external_id = $3`,
      [tenantId, kind, externalId, name, pipelineId, this.clock.now()],
    );
    await this.audit('updated', place, named(row), entry);
  }

  async remove(tenantId: string, kind: CatalogKind, externalId: string): Promise<boolean> {
    const [row] = await this.db.query<EntryRow>(
      `DELETE FROM catalog_entries WHERE tenant_id = $1 AND kind = $2 AND external_id = $3 RETURNING name, pipeline_id`,
      [tenantId, kind, externalId],
    );
    if (row) await this.audit('deleted', { tenantId, kind, externalId }, named(row), null);
    return row !== undefined;
  }

  /** Answers whether it is new; waits for another transaction that is registering the same. */
  private async insert({ tenantId, kind, externalId }: Place, entry: NamedCatalogEntry): Promise<boolean> {
    const inserted = await this.db.query(
      `INSERT INTO catalog_entries (tenant_id, kind, external_id, name, pipeline_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (tenant_id, kind, external_id) DO NOTHING RETURNING kind`,
      [tenantId, kind, externalId, entry.name, entry.pipelineId, this.clock.now()],
    );
    return inserted.length > 0;
  }

  /** Kind and external id stand in every entry: its uuid cannot be read back. */
  private async audit(
    word: 'created' | 'updated' | 'deleted',
    { tenantId, kind, externalId }: Place,
    before: NamedCatalogEntry | null,
    after: NamedCatalogEntry | null,
  ): Promise<void> {
    const changes = {
      kind: { old: before && kind, new: after && kind },
      external_id: { old: before && externalId, new: after && externalId },
      ...changesBetween<NamedCatalogEntry>(before ?? NOTHING, after ?? NOTHING, ['name', 'pipelineId']),
    };
    const entityId = v5(`${tenantId}/${kind}/${externalId}`, NAMESPACE);
    await this.journal.write([{ action: `catalog.${word}`, entityType: 'catalog', entityId, changes }], []);
  }
}

const NOTHING: NamedCatalogEntry = { name: null, pipelineId: null };

const named = ({ name, pipeline_id }: EntryRow): NamedCatalogEntry => ({ name, pipelineId: pipeline_id });
