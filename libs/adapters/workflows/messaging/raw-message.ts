import type { EventType } from '#domain/workflows/goal-type';

/** A message from the bus as it came. */
export interface RawMessage {
  readonly raw: Buffer;
  /** Where it came from, the same for every delivery. */
  readonly origin: string;
  readonly receivedAt: Date;
  /** On Pub/Sub the channel: the type of an event that names none. */
  readonly channel?: EventType;
  /** Of an entry of a stream whose producer signs. */
  readonly keyId?: string | undefined;
  readonly signature?: string | undefined;
  /** Of an entry of a stream whose producer traces: W3C, in the form of version 00. */
  readonly traceparent?: string | null;
}
