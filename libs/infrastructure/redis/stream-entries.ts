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
  const fields = fieldsOf(pairs ?? []);
  return {
    id: id.toString(),
    event: fields.get('event') ?? Buffer.alloc(0),
    keyId: fields.get('key_id')?.toString(),
    signature: fields.get('signature')?.toString(),
    traceparent: readTraceparent(fields.get('traceparent')?.toString()),
  };
};

/** A field that comes twice counts as it came first. */
const fieldsOf = (pairs: readonly Buffer[]): ReadonlyMap<string, Buffer> => {
  const fields = new Map<string, Buffer>();
  for (let n = 0; n + 1 < pairs.length; n += 2) {
    const [name = '', value] = [pairs[n]?.toString(), pairs[n + 1]];
    if (value && !fields.has(name)) fields.set(name, value);
  }
  return fields;
};

/** What the intake takes: an entry's id says where it stands and when it was added. */
export const messageOf = (stream: string, { id, event, ...beside }: Entry): RawMessage => {
  const milliseconds = Number(id.slice(0, id.indexOf('-')));
  return { raw: event, origin: originOf(stream, id), receivedAt: new Date(milliseconds), ...beside };
};

export const originOf = (stream: string, id: string): string => `${stream}/${id}`;
