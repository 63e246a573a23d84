import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

/** One entry of a way in: its id, and the bytes of its field `event` (empty when it has none). */
export interface Entry {
  readonly id: string;
  readonly event: Buffer;
  /** Where its producer signs. */
  readonly keyId: string | undefined;
  readonly signature: string | undefined;
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

const entryOf = ([id, fields]: RawEntry): Entry => ({
  id: id.toString(),
  event: fieldOf(fields ?? [], 'event') ?? Buffer.alloc(0),
  keyId: fieldOf(fields ?? [], 'key_id')?.toString(),
  signature: fieldOf(fields ?? [], 'signature')?.toString(),
});

const fieldOf = (fields: readonly Buffer[], name: string): Buffer | undefined => {
  for (let n = 0; n + 1 < fields.length; n += 2) {
    const value = fields[n + 1];
    if (value && fields[n]?.toString() === name) return value;
  }
  return undefined;
};

/** What the intake takes: an entry's id says where it stands and when it was added. */
export const messageOf = (stream: string, { id, event, keyId, signature }: Entry): RawMessage => {
  const milliseconds = Number(id.slice(0, id.indexOf('-')));
  return { raw: event, origin: originOf(stream, id), receivedAt: new Date(milliseconds), keyId, signature };
};

export const originOf = (stream: string, id: string): string => `${stream}/${id}`;
