import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import { Clock, Ids } from '#application/shared/tools';
import {
  listedDeadLetterView,
  type DeadLetterView,
  type ListedDeadLetterView,
} from '#application/workflows/dead-letter-views';
import type { DeadLetter, DeadLetters } from '#application/workflows/ports/dead-letters';
import { deadLetterListing } from '#application/workflows/queries/list-dead-letters';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const PREVIEW = 1000;
/** No character of UTF-8 takes more than four bytes. */
const LISTED = columnsOf(listedDeadLetterView, 'd', {
  preview: `encode(substring(d.raw FROM 1 FOR ${String(4 * PREVIEW)}), 'base64')`,
});

type Row = Omit<DeadLetterView, 'raw'> & { readonly raw: Buffer };

@Injectable()
export class SqlDeadLetters implements DeadLetters {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly journal: Journal,
  ) {}

  /** In the order of their origins: two deliveries of the same messages then wait for each other instead of locking each other out. */
  async keep(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.db.query(
      `WITH letter AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[])
           AS l (id, tenant_id, way, origin, reason, detail, raw, received_at)
         ORDER BY l.tenant_id, l.origin
       ), of_tenants AS (
         INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
         SELECT t.id, l.id, l.way, l.origin, l.reason, l.detail, l.raw, l.received_at, $9
         FROM letter l JOIN tenants t ON t.id = l.tenant_id
         ON CONFLICT DO NOTHING
       )
       SELECT intake_dead_letter(l.id, l.way, l.origin, l.reason, l.detail, l.raw, l.received_at, $9)
       FROM letter l WHERE NOT EXISTS (SELECT FROM tenants t WHERE t.id = l.tenant_id)`,
      [
        letters.map(() => this.ids.next()),
        letters.map(({ tenantId }) => tenantId),
        letters.map(({ way }) => way),
        letters.map(({ origin }) => storable(origin)),
        letters.map(({ reason }) => reason),
        letters.map(({ detail }) => storable(detail)),
        letters.map(({ raw }) => raw),
        letters.map(({ receivedAt }) => receivedAt),
        this.clock.now(),
      ],
    );
  }

  async take(tenantId: string, id: string, why: 'deleted' | 'replayed'): Promise<DeadLetter | null> {
    const [row] = await this.db.query<Row>(
      `DELETE FROM dead_letters d WHERE d.tenant_id = $1 AND d.id = $2
       RETURNING d.way, d.origin, d.reason, d.detail, d.raw, d.received_at`,
      [tenantId, id],
    );
    if (!row) return null;
    await this.journal.write([{ tenantId, action: `dead_letter.${why}`, entityType: 'dead_letter', entityId: id }], []);
    const { way, origin, reason, detail, raw } = row;
    return { way, origin, tenantId, reason, detail, raw, receivedAt: new Date(row.received_at) };
  }

  async letter(tenantId: string, id: string): Promise<DeadLetterView | null> {
    const [row] = await this.db.query<Row>(
      `SELECT ${LISTED}, d.raw FROM dead_letters d WHERE d.tenant_id = $1 AND d.id = $2`,
      [tenantId, id],
    );
    return row ? { ...previewed(row), raw: row.raw.toString('base64') } : null;
  }

  async letters(tenantId: string, page: PageRequest): Promise<Page<ListedDeadLetterView>> {
    const found = await readPage(
      this.db,
      deadLetterListing,
      {
        from: 'dead_letters d',
        columns: LISTED,
        where: ['d.tenant_id = $1'],
        parameters: [tenantId],
        id: 'd.id',
        sorted: { created_at: 'd.created_at', received_at: 'd.received_at' },
        filtered: {
          reason: (values) => `d.reason = ANY (${values})`,
          way: (values) => `d.way = ANY (${values})`,
        },
      },
      page,
    );
    return { ...found, items: found.items.map(previewed) };
  }
}

/** The first bytes as text; what is no UTF-8 becomes replacement characters. */
const previewed = <T extends ListedDeadLetterView>(row: T): T => {
  const text = Buffer.from(row.preview, 'base64').toString();
  return { ...row, preview: Array.from(text).slice(0, PREVIEW).join('') };
};

/** A text of strangers may hold what PostgreSQL's cannot; setting a letter aside must not fail on it. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, 2000);
