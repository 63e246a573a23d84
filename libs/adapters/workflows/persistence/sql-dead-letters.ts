import { Injectable } from '@nestjs/common';
import { Clock, Ids } from '#application/shared/tools';
import type { DeadLetter, DeadLetters } from '#application/workflows/ports/dead-letters';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlDeadLetters implements DeadLetters {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
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
}

/** A text of strangers may hold what PostgreSQL's cannot; setting a letter aside must not fail on it. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, 2000);
