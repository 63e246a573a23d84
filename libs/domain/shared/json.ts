export type JsonObject = Readonly<Record<string, unknown>>;

/** What JSON calls an object: no list, and no number that kept its own digits. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const byKey = (one: string, other: string): number => (one < other ? -1 : 1);

/** One text per value, whatever the order of its keys: what two values are compared by. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(
          Object.keys(part)
            .sort(byKey)
            .map((key) => [key, part[key]]),
        )
      : part,
  );

/** The JSON pointer (RFC 6901) of a key below another pointer. */
export const below = (pointer: string, key: string | number): string =>
  `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
