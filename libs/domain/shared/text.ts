/** Most ids are plain; asking for that first costs a third. */
const PLAIN_ID = /^[ -~]{1,200}$/;
const EXTERNAL_ID = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u;
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** An id of the caller's world: 1 to 200 printable characters, kept as sent (SPEC 4.2). */
export const isExternalId = (value: unknown): value is string =>
  typeof value === 'string' && (PLAIN_ID.test(value) || EXTERNAL_ID.test(value));

/** No control characters, line separators or lone surrogates. */
export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** How long a person would say a text is: in code points, not in UTF-16 units. */
export const characters = (text: string): number => Array.from(text).length;

/** More marks on one letter than any language has (Unicode, *Stream-Safe Text Format*): putting n in order takes n² steps. */
const HEAPED_MARKS = /\p{M}{31}/u;

/** A text in NFC; one with heaps of marks on a letter stays as it came. */
export const composed = (text: string): string => (HEAPED_MARKS.test(text) ? text : text.normalize('NFC'));

/** A name as it is compared and stored: composed, and without blanks around it. */
export const tidyName = (text: string): string => composed(text).trim();

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A UUID in its form of 36 characters, in either case (RELIABILITY, *Edges*). */
export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
