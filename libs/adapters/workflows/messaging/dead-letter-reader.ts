import { Injectable } from '@nestjs/common';
import { fault, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { isEventType } from '#domain/workflows/goal-type';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import type { EventReader } from '#application/workflows/ports/event-reader';
import { ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';
import { nameOf, readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { readMessage } from '#adapters/workflows/messaging/nest-frame';

@Injectable()
export class DeadLetterReader implements EventReader {
  read(letter: DeadLetter, now: Date): Result<ContactEvent | { readonly ignored: string }> {
    const { raw, receivedAt } = letter;
    const json = letter.way === 'pubsub' ? readMessage(raw) : readJson(raw, ONE_DOCUMENT);
    if (!json.ok) return err(invalid([fault(json.error.pointer ?? '', json.error.code, json.error.detail)]));
    const channel = channelOf(letter);
    const envelope = readEnvelope(json.value, {
      ...(channel && { channel }),
      receivedAt,
      now,
      fallbackId: () => nameOf(raw),
    });
    if (envelope.kind === 'invalid') return err(invalid(envelope.faults));
    return ok(envelope.kind === 'event' ? envelope.event : { ignored: envelope.eventId });
  }
}

/** A message of a channel may leave its type and its `data` to the channel. */
const channelOf = ({ way, origin }: DeadLetter) => {
  const [channel = ''] = origin.split('/');
  return way === 'pubsub' && isEventType(channel) ? channel : undefined;
};
