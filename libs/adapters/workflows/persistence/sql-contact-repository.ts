import { Injectable } from '@nestjs/common';
import { canonicalJson } from '#domain/shared/json';
import { Clock } from '#application/shared/tools';
import type { ContactFields, ContactRepository } from '#application/workflows/ports/contact-repository';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { ContactRows, erasure } from '#adapters/workflows/persistence/contact-rows';

@Injectable()
export class SqlContactRepository implements ContactRepository {
  constructor(
    private readonly db: Database,
    private readonly rows: ContactRows,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async put(tenantId: string, contactId: string, { attributes, optedOut }: ContactFields): Promise<void> {
    const [row] = await this.rows.holdOrMake(tenantId, [contactId]);
    if (!row) throw new Error('what was just made is not there');
    if (attributes !== undefined && canonicalJson(attributes) !== canonicalJson(row.attributes)) {
      await this.rows.replaceAttributes(tenantId, new Map([[contactId, attributes]]));
    }
    if (optedOut !== undefined && optedOut !== row.opted_out) await this.rows.optOut(tenantId, row, optedOut);
  }

  async hold(tenantId: string, contactId: string): Promise<boolean> {
    // Weaker than what erasing takes in the end: a decision that is under way must be able to finish first.
    const rows = await this.db.query(
      'SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = $2 FOR NO KEY UPDATE',
      [tenantId, contactId],
    );
    return rows.length > 0;
  }

  async erase(tenantId: string, contactId: string): Promise<void> {
    const [contact] = await this.db.query<{ id: string }>(
      `UPDATE contacts SET external_id = NULL, attributes = '{}', erased_at = $3, updated_at = $3
       WHERE tenant_id = $1 AND external_id = $2 RETURNING id`,
      [tenantId, contactId, this.clock.now()],
    );
    if (!contact) throw new Error('a contact is erased while it is held');
    await this.db.query(
      `UPDATE workflow_goal_achievements SET metadata = '{}', trigger_event = jsonb_strip_nulls(jsonb_build_object(
         'event_id', trigger_event -> 'event_id', 'event_type', trigger_event -> 'event_type',
         'occurred_at', trigger_event -> 'occurred_at'))
       WHERE tenant_id = $1 AND contact_id = $2`,
      [tenantId, contact.id],
    );
    await this.journal.write([erasure(contact.id)], []);
  }
}
