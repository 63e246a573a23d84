import { fault, type FieldFault } from '#domain/shared/errors';
import { below, type JsonObject } from '#domain/shared/json';
import { characters, isPrintable, tidyName } from '#domain/shared/text';

/** What goals and tasks alike are labelled with: a line of text, tags, and members of the caller's own (SPEC 5). */
export const LONGEST_TEXT = 10_000;
export const LONGEST_TAG = 64;
export const MOST_TAGS = 50;
export const LARGEST_METADATA = 16_384;

export const malformed = (pointer: string, form: string): FieldFault =>
  fault(pointer, 'malformed', `It must be ${form}.`);

/** The fault of a line, tidied already, that is empty, too long or not printable. */
export const lineFaults = (pointer: string, line: string, longest: number): FieldFault[] =>
  fits(line, longest) ? [] : [malformed(pointer, `1 to ${longest} printable characters`)];

/** As they are stored: each once. */
export const tidyTags = (tags: readonly string[]): string[] => [...new Set(tags.map(tidyName))];

/** The faults of tags as they were sent. */
export const tagFaults = (given: readonly string[]): FieldFault[] => [
  ...given.flatMap((tag, n) =>
    fits(tidyName(tag), LONGEST_TAG)
      ? []
      : [malformed(below('/tags', n), `a tag of 1 to ${LONGEST_TAG} printable characters`)],
  ),
  ...(tidyTags(given).length <= MOST_TAGS ? [] : [malformed('/tags', `at most ${MOST_TAGS} tags`)]),
];

export const metadataFaults = (metadata: JsonObject, pointer = '/metadata'): FieldFault[] =>
  bytesOf(metadata) <= LARGEST_METADATA ? [] : [malformed(pointer, 'at most 16 kB of JSON')];

const fits = (text: string, most: number): boolean =>
  characters(text) >= 1 && characters(text) <= most && isPrintable(text);

/** In UTF-8. */
const bytesOf = (value: JsonObject): number => {
  let bytes = 0;
  for (const character of JSON.stringify(value)) bytes += widthOf(Number(character.codePointAt(0)));
  return bytes;
};

const widthOf = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
