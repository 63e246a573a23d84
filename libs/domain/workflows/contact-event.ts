import type { Decimal } from '#domain/shared/decimal';
import type { EventType } from '#domain/workflows/goal-type';

/**
 * A fact about a contact, as the decision sees it: parsed, checked, and with the few values that criteria can ask for.
 * What was sent beside them stays in `data` and is shown in the achievement's `trigger_event`.
 */
export interface ContactEvent {
  readonly eventId: string;
  readonly eventType: EventType;
  readonly tenantId: string;
  /** The caller's own id of the contact. */
  readonly contactId: string;
  readonly occurredAt: Date;
  readonly source: string | null;
  /** As sent; amounts as strings with their own digits. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly facts: EventFacts;
}

/** The values criteria are held against; `undefined` when the event does not say. `tagName` is NFC and trimmed. */
export interface EventFacts {
  readonly tagId?: string;
  readonly tagName?: string;
  readonly productId?: string;
  readonly amount?: Decimal;
  readonly currency?: string;
  readonly calendarId?: string;
  readonly serviceId?: string;
  readonly formId?: string;
  readonly pipelineId?: string;
  readonly stageId?: string;
}
