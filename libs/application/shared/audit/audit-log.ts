import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { view, type Shown } from '#application/shared/view';

/** One field that changed: of something new `old` is `null`, of something gone `new`. */
const fieldChangeView = view('FieldChange', { old: 'any', new: 'any' });

/** One line of the audit log (SPEC 7, *Audit*). `actor_id` is `null` where the service itself acted; `changes` go by the wire's names. */
export const auditEntryView = view('AuditEntry', {
  id: 'uuid',
  occurred_at: 'time',
  action: 'text',
  entity_type: 'text',
  entity_id: 'uuid',
  actor_id: { orNull: 'uuid' },
  changes: { mapOf: fieldChangeView },
  request_id: { orNull: 'text' },
});
export type AuditEntryView = Shown<typeof auditEntryView>;

/** `occurred_after` takes its own moment in, `occurred_before` leaves it out: neighbouring ranges share nothing. */
const filtersOfAny = {
  action: { kind: 'text' },
  actor_id: { kind: 'uuid' },
  occurred_after: { kind: 'time', one: true },
  occurred_before: { kind: 'time', one: true },
} as const;

/** The entries of one thing. */
export const entityAuditListing = listing({
  item: auditEntryView,
  sortable: ['occurred_at'],
  filters: filtersOfAny,
});

/** The entries of a whole tenant. */
export const auditListing = listing({
  item: auditEntryView,
  sortable: ['occurred_at'],
  filters: { entity_type: { kind: 'text' }, entity_id: { kind: 'uuid' }, ...filtersOfAny },
});

/** What has an audit log at its own address, by the word the log has for it. */
export type AuditedThing = 'goal' | 'task' | 'workflow';

/** Who did what when. Nothing here is ever changed or taken out. */
export abstract class AuditLog {
  abstract entries(tenantId: string, page: PageRequest): Promise<Page<AuditEntryView>>;

  /** `null` when nothing was ever done to such a thing: it has never been there. */
  abstract entriesOf(
    tenantId: string,
    thing: AuditedThing,
    id: string,
    page: PageRequest,
  ): Promise<Page<AuditEntryView> | null>;
}
