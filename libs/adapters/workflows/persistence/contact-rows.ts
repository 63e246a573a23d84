import { Injectable } from '@nestjs/common';
import type { Changes } from '#domain/shared/changes';
import type { JsonObject } from '#domain/shared/json';
import { Clock, Ids } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal, type AuditEntry } from '#adapters/shared/persistence/journal';

export interface ContactRow {
  readonly id: string;
  readonly external_id: string;
  readonly attributes: JsonObject;
  readonly opted_out: boolean;
}

/** Stands in the audit log for attributes and the caller's id of a contact: it holds neither of them (SPEC 7, *Erasure*). */
const WITHHELD = 'withheld';
const MADE = { contact_id: { old: null, new: WITHHELD }, opted_out: { old: null, new: false } };

/** The audit entry of an erasure: that something was there, and is gone. */
export const erasure = (id: string): AuditEntry =>
  entry('contact.erased', id, {
    contact_id: { old: WITHHELD, new: null },
    attributes: { old: WITHHELD, new: {} },
  });

/** The rows of contacts, for all who make, hold and change them. */
@Injectable()
export class ContactRows {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes the contacts that are unknown and holds all of them until the transaction ends. A conflict that updates nothing
   * still locks its row; that lock lets foreign keys through, so that a decision about an enrollment of theirs is not held up.
   */
  async holdOrMake(tenantId: string, externalIds: readonly string[]): Promise<ContactRow[]> {
    const inOneOrder = [...new Set(externalIds)].sort();
    const made = await this.db.query<{ id: string }>(
      `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
       SELECT $1, n.id, n.external_id, $4, $4 FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS n (id, external_id, nth)
       ORDER BY n.nth
       ON CONFLICT (tenant_id, external_id) DO UPDATE SET updated_at = EXCLUDED.updated_at WHERE false
       RETURNING id`,
      [tenantId, inOneOrder.map(() => this.ids.next()), inOneOrder, this.clock.now()],
    );
    await this.journal.write(
      made.map(({ id }) => entry('contact.created', id, MADE)),
      [],
    );
    return this.db.query<ContactRow>(
      `SELECT c.* FROM unnest($2::text[]) AS k (id),
       LATERAL (SELECT id, external_id, attributes, opted_out FROM contacts
                WHERE tenant_id = $1 AND external_id = k.id OFFSET 0) c`,
      [tenantId, inOneOrder],
    );
  }

  /** Writes attributes of contacts that are held, by the caller's id. */
  async replaceAttributes(tenantId: string, attributes: ReadonlyMap<string, JsonObject>): Promise<void> {
    if (attributes.size === 0) return;
    const changed = await this.db.query<{ id: string }>(
      `UPDATE contacts c SET attributes = n.attributes, updated_at = $3
       FROM (SELECT $1::uuid AS tenant_id, * FROM json_to_recordset($2) AS j (external_id text, attributes jsonb) OFFSET 0) n
       WHERE c.tenant_id = n.tenant_id AND c.external_id = n.external_id RETURNING c.id`,
      [
        tenantId,
        JSON.stringify([...attributes].map(([external_id, value]) => ({ external_id, attributes: value }))),
        this.clock.now(),
      ],
    );
    await this.journal.write(
      changed.map(({ id }) => entry('contact.updated', id, { attributes: { old: WITHHELD, new: WITHHELD } })),
      [],
    );
  }

  /** Writes the opted-out flag of a contact that is held. */
  async optOut(tenantId: string, { id, opted_out }: ContactRow, optedOut: boolean): Promise<void> {
    await this.db.query('UPDATE contacts SET opted_out = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2', [
      tenantId,
      id,
      optedOut,
      this.clock.now(),
    ]);
    await this.journal.write([entry('contact.updated', id, { opted_out: { old: opted_out, new: optedOut } })], []);
  }
}

const entry = (action: string, entityId: string, changes: Changes): AuditEntry => ({
  action,
  entityType: 'contact',
  entityId,
  changes,
});
