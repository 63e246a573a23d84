import type { DeadLetterWay } from '#domain/workflows/dead-letter';
import type { Clock } from '#application/shared/tools';
import type { Arrival } from '#application/workflows/arrival';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import { ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';
import { nameOf, readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { countMismatch } from '#adapters/workflows/messaging/event-metrics';
import { readMessage } from '#adapters/workflows/messaging/nest-frame';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { maySpeakFor, type Signatures } from '#adapters/workflows/messaging/signatures';

/** What a message from the bus is: an event with its bytes, one to be set aside, or nothing for us. */
export type Reading = { readonly arrival: Arrival; readonly raw: Buffer } | { readonly letter: DeadLetter } | null;

/** Reads the messages of both ways in over Redis. Touches neither database nor Redis, and never throws. */
export class MessageReader {
  constructor(
    private readonly clock: Clock,
    private readonly signatures: Signatures,
  ) {}

  /** Whatever goes wrong over one message is that one's end: its neighbours go on, and its bytes are kept. */
  read(way: DeadLetterWay, message: RawMessage): Reading {
    try {
      return this.readOn(way, message);
    } catch (failure) {
      const { origin, raw, receivedAt } = message;
      const detail = `Reading it failed: ${String(failure)}`;
      return { letter: { way, origin, tenantId: null, reason: 'refused_content', detail, raw, receivedAt } };
    }
  }

  private readOn(way: DeadLetterWay, message: RawMessage): Reading {
    const { origin, receivedAt, channel, traceparent = null } = message;
    const opened = this.signatures.open(message);
    if (!opened) return { letter: { ...unsigned(way, message), tenantId: null } };
    const { raw } = opened;
    const json = channel ? readMessage(raw) : readJson(raw, ONE_DOCUMENT);
    if (!json.ok) {
      const reason = json.error.status === 'malformed' ? 'not_json' : 'refused_content';
      return { letter: { way, origin, tenantId: null, reason, detail: json.error.detail, raw, receivedAt } };
    }
    const envelope = readEnvelope(json.value, {
      ...(channel && { channel }),
      receivedAt,
      now: this.clock.now(),
      fallbackId: () => nameOf(raw),
    });
    if (envelope.kind === 'ignored') return null;
    if (envelope.kind === 'event') {
      const { event } = envelope;
      if (maySpeakFor(opened, event.tenantId)) {
        return { raw, arrival: { event, requestId: null, traceparent, answered: false } };
      }
      countMismatch();
      return { letter: { ...unsigned(way, message), tenantId: null } };
    }
    const { tenantId, reason, faults } = envelope;
    const detail = faults.map((fault) => `${fault.pointer || 'event'}: ${fault.detail}`).join('; ');
    return { letter: { way, origin, tenantId, reason, detail, raw, receivedAt } };
  }
}

/** It names no tenant whose it would be: nobody knows whether it is theirs. */
const unsigned = (way: DeadLetterWay, { origin, raw, receivedAt }: RawMessage) => {
  const detail = 'It is not signed by a key that may hand in events of its tenant (EVENT_SIGNING_KEYS).';
  return { way, origin, reason: 'bad_signature', detail, raw, receivedAt } as const;
};
