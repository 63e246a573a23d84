import { Injectable } from '@nestjs/common';
import type { CatalogKind } from '#domain/workflows/catalog';
import type { Page, PageRequest } from '#application/shared/listing';
import type { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import { catalogListing } from '#application/workflows/queries/list-catalog-entries';
import { catalogEntryView, type CatalogEntryView } from '#application/workflows/views';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const ENTRY = columnsOf(catalogEntryView, 'c');

@Injectable()
export class SqlCatalogReadModel implements CatalogReadModel {
  constructor(private readonly db: Database) {}

  async entry(tenantId: string, kind: CatalogKind, externalId: string): Promise<CatalogEntryView | null> {
    const [row] = await this.db.query<CatalogEntryView>(
      `SELECT ${ENTRY} FROM catalog_entries c WHERE c.tenant_id = $1 AND c.kind = $2 AND c.external_id = $3`,
      [tenantId, kind, externalId],
    );
    return row ?? null;
  }

  entries(tenantId: string, kind: CatalogKind, page: PageRequest): Promise<Page<CatalogEntryView>> {
    return readPage(
      this.db,
      catalogListing,
      {
        from: 'catalog_entries c',
        columns: ENTRY,
        where: ['c.tenant_id = $1', 'c.kind = $2'],
        parameters: [tenantId, kind],
        // Cursors end with a UUID, and an entry has none.
        id: 'md5(c.external_id)::uuid',
        sorted: {
          created_at: 'c.created_at',
          updated_at: 'c.updated_at',
          external_id: 'c.external_id',
          name: 'c.name',
        },
        filtered: {
          name: (values) => `c.name = ANY (${values})`,
          pipeline_id: (values) => `c.pipeline_id = ANY (${values})`,
        },
      },
      page,
    );
  }
}
