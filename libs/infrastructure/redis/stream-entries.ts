import { readTraceparent } from '#adapters/shared/tracing/traceparent';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

/** One entry of a way in: its id, and the bytes of its field `event` (empty when it has none). */
export interface Entry {
  readonly id: string;
  readonly event: Buffer;
  /** Where its producer signs. */
  readonly keyId: string | undefined;
  readonly signature: string | undefined;
  /** Where its producer traces. */
  readonly traceparent: string | null;
}

type RawEntry = [Buffer, Buffer[] | null];

/**
 * Reads what `XREADGROUP` answers: a list of streams, each with its entries. An entry that was deleted while it was pending
 * has no fields left; it comes as an empty event and so ends with the dead letters instead of pending for ever.
 */
export const readEntries = (answer: unknown): Entry[] =>
  ((answer ?? []) as [unknown, (RawEntry | null)[]][]).flatMap(([, entries]) =>
    entries.flatMap((entry) => (entry ? [entryOf(entry)] : [])),
  );

const entryOf = ([id, pairs]: RawEntry): Entry => {
  const [keyId, signature] = [fieldOf(pairs, 'key_id'), fieldOf(pairs, 'signature')];
  return {
    id: id.toString('latin1'),
    event: fieldOf(pairs, 'event') ?? Buffer.alloc(0),
    keyId: keyId?.toString(),
    signature: signature?.toString(),
    traceparent: readTraceparent(fieldOf(pairs, 'traceparent')?.toString()),
  };
};

/** A field that comes twice counts as it came first. */
const fieldOf = (pairs: readonly Buffer[] | null, name: string): Buffer | undefined => {
  if (!pairs) return undefined;
  for (let n = 0; n + 1 < pairs.length; n += 2) {
    const key = pairs[n];
    if (key?.length === name.length && key.toString('latin1') === name) return pairs[n + 1];
  }
  return undefined;
};

/**
 * What the intake takes: an entry's id says where it stands and when it was added. Producers may choose it, beyond the clock and
 * beyond what a `Date` can hold: such an entry came in now.
 */
export const messageOf = (stream: string, entry: Entry, now: number): RawMessage => {
  const { id, event, keyId, signature, traceparent } = entry;
  const milliseconds = Math.min(now, Number(id.slice(0, id.indexOf('-'))));
  return { raw: event, origin: `${stream}/${id}`, receivedAt: new Date(milliseconds), keyId, signature, traceparent };
};
