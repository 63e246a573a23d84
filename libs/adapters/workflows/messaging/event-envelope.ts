import { createHash } from 'node:crypto';
import { ExactNumber } from '#adapters/shared/json/exact-number';
import { ID_RULE, readFacts, shownData } from '#adapters/workflows/messaging/event-facts';
import { fault, type FieldFault } from '#domain/shared/errors';
import { below } from '#domain/shared/json';
import { isExternalId } from '#domain/shared/text';
import { readTime } from '#domain/shared/times';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { DeadLetterReason } from '#domain/workflows/dead-letter';
import { isEventType, type EventType } from '#domain/workflows/goal-type';

/** The reasons that lie in the envelope; the first two are also the codes of their faults. */
export type EnvelopeReason = Extract<DeadLetterReason, 'tenant_missing' | 'occurred_at_in_future' | 'invalid_event'>;

/** How a message came in. */
export interface EnvelopeContext {
  /** Over HTTP the caller's tenant: the event's too, and unknown fields are faults. Absent on the bus, where each message names its own. */
  readonly tenantId?: string;
  /** On Pub/Sub the channel: the type of a message that names none, and the flat form (no `data`) is taken. */
  readonly channel?: EventType;
  /** `occurred_at` of an event that names none. */
  readonly receivedAt: Date;
  readonly now: Date;
  /** The name of an event that has none: see `nameOf`. */
  readonly fallbackId: () => string;
}

export type Envelope =
  | { readonly kind: 'event'; readonly event: ContactEvent }
  /** None of the five event types; nothing of it but its tenant was judged. */
  | { readonly kind: 'ignored'; readonly eventId: string; readonly tenantId: string }
  | {
      readonly kind: 'invalid';
      /** `null`: it was given, and is no id. */
      readonly eventId: string | null;
      /** `null` on the bus when the message does not name one tenant. */
      readonly tenantId: string | null;
      readonly faults: readonly FieldFault[];
      readonly reason: EnvelopeReason;
    };

/** The name of a message without `event_id`, the same for every copy: SHA-256 of what was sent, in hex. */
export const nameOf = (message: string | Buffer): string => createHash('sha256').update(message).digest('hex');

/** Reads one event from a value made by `readJson`: the same for all ways in, every fault at once. SPEC 4.2, 4.3; API, *Messages coming in*. */
export const readEnvelope = (value: unknown, context: EnvelopeContext): Envelope => {
  if (isObject(value)) return new EnvelopeReader(value, context).read();
  const faults = [fault('', 'wrong-type', 'An event is a JSON object.')];
  const tenantId = context.tenantId ?? null;
  return { kind: 'invalid', eventId: context.fallbackId(), tenantId, faults, reason: 'invalid_event' };
};

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'event_id',
  'event_type',
  'tenant_id',
  'account_id',
  'contact_id',
  'occurred_at',
  'source',
  'data',
]);

const HOW_FAR_AHEAD_MS = 24 * 60 * 60 * 1000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

class EnvelopeReader {
  private readonly faults: FieldFault[] = [];

  constructor(
    private readonly fields: Fields,
    private readonly context: EnvelopeContext,
  ) {}

  read(): Envelope {
    const eventId = this.eventId();
    const tenantId = this.tenantId();
    const eventType = this.given('event_type') ?? this.context.channel;
    if (typeof eventType === 'string' && !isEventType(eventType)) {
      // What belongs to nobody is set aside, not passed over.
      if (tenantId === null) return this.invalid(eventId, tenantId);
      return { kind: 'ignored', eventId: eventId ?? this.context.fallbackId(), tenantId };
    }
    const event = this.event(eventId, tenantId, eventType);
    return event && this.faults.length === 0 ? { kind: 'event', event } : this.invalid(eventId, tenantId);
  }

  private invalid(eventId: string | null, tenantId: string | null): Envelope {
    return { kind: 'invalid', eventId, tenantId, faults: this.faults, reason: this.reason() };
  }

  /** What is read only of events that are ours. */
  private event(eventId: string | null, tenantId: string | null, type: unknown): ContactEvent | undefined {
    const eventType = this.eventType(type);
    const contactId = this.contactId();
    const occurredAt = this.occurredAt();
    const source = this.source();
    const { data, pointer } = this.data();
    if (this.context.tenantId !== undefined) this.refuseUnknownFields();
    if (!eventType) return undefined;
    const facts = readFacts(eventType, data, pointer, this.faults);
    if (eventId === null || tenantId === null) return undefined;
    const shown = shownData(eventType, data);
    return { eventId, tenantId, eventType, contactId, occurredAt, source, data: shown, facts };
  }

  /** `null` is "not given", as in criteria. */
  private given(key: string): unknown {
    return this.fields[key] ?? undefined;
  }

  private refuse(key: string, code: string, detail: string): void {
    this.faults.push(fault(below('', key), code, detail));
  }

  private eventId(): string | null {
    const value = this.given('event_id');
    if (value === undefined) return this.context.fallbackId();
    if (isExternalId(value)) return value;
    this.refuse('event_id', 'malformed', ID_RULE);
    return null;
  }

  /** `account_id` is another word for it; all who name the tenant must name the same. */
  private tenantId(): string | null {
    const faultsBefore = this.faults.length;
    let tenant = this.context.tenantId;
    for (const key of ['tenant_id', 'account_id']) {
      const value = this.given(key);
      if (value === undefined) continue;
      const named = uuid(value);
      tenant ??= named;
      if (named === undefined) this.refuse(key, 'malformed', 'A UUID in its form of 36 characters.');
      else if (named !== tenant)
        this.refuse(key, 'contradictory', "Not the caller's tenant, or not that of tenant_id.");
    }
    const isClear = this.faults.length === faultsBefore;
    if (isClear && tenant === undefined) this.refuse('tenant_id', 'tenant_missing', 'An event names its tenant.');
    return (isClear ? tenant : this.context.tenantId) ?? null;
  }

  private eventType(value: unknown): EventType | undefined {
    const { channel } = this.context;
    if (typeof value !== 'string' || !isEventType(value)) {
      this.refuse('event_type', value === undefined ? 'required' : 'malformed', 'A text such as "form.submitted".');
      return undefined;
    }
    if (channel !== undefined && channel !== value) {
      this.refuse('event_type', 'contradictory', `This came in on the channel ${channel}.`);
    }
    return value;
  }

  private contactId(): string {
    const value = this.given('contact_id');
    if (isExternalId(value)) return value;
    this.refuse('contact_id', value === undefined ? 'required' : 'malformed', ID_RULE);
    return '';
  }

  private occurredAt(): Date {
    const value = this.given('occurred_at');
    const { receivedAt, now } = this.context;
    if (value === undefined) return receivedAt > now ? now : receivedAt;
    const time = typeof value === 'string' ? readTime(value) : undefined;
    if (!time)
      this.refuse('occurred_at', 'malformed', 'An RFC 3339 time with an offset, such as 2026-01-26T10:00:00Z.');
    else if (time.getTime() > now.getTime() + HOW_FAR_AHEAD_MS) {
      this.refuse('occurred_at', 'occurred_at_in_future', 'More than 24 hours ahead of the clock.');
    }
    return time ?? receivedAt;
  }

  private source(): string | null {
    const value = this.given('source') ?? null;
    if (value === null || typeof value === 'string') return value;
    this.refuse('source', 'wrong-type', 'A text.');
    return null;
  }

  /** With where it stands: in the flat form what belongs to `data` stands beside `contact_id`. */
  private data(): { data: Fields; pointer: string } {
    const value = this.given('data');
    if (value === undefined && this.context.channel !== undefined) {
      const others = Object.entries(this.fields).filter(([key]) => !KNOWN_FIELDS.has(key));
      return { data: Object.fromEntries(others), pointer: '' };
    }
    if (value !== undefined && !isObject(value)) this.refuse('data', 'wrong-type', 'A JSON object.');
    return { data: isObject(value) ? value : {}, pointer: '/data' };
  }

  private refuseUnknownFields(): void {
    for (const key of Object.keys(this.fields)) {
      if (!KNOWN_FIELDS.has(key)) this.refuse(key, 'unknown-key', 'An event has no such field; details go into data.');
    }
  }

  /** A missing tenant first: such a message belongs to nobody. */
  private reason(): EnvelopeReason {
    const codes = new Set(this.faults.map(({ code }) => code));
    if (codes.has('tenant_missing')) return 'tenant_missing';
    return codes.has('occurred_at_in_future') ? 'occurred_at_in_future' : 'invalid_event';
  }
}

const uuid = (value: unknown): string | undefined => {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return UUID.test(text) ? text : undefined;
};
