import { isUtf8 } from 'node:buffer';
import { parse as parseExactly } from 'lossless-json';
import { ExactNumber, isSafe } from '#adapters/shared/json/exact-number';
import { firstDuplicateKey, scanJson, type JsonLimits } from '#adapters/shared/json/json-scan';
import { below } from '#domain/shared/json';
import { err, ok, type Result } from '#domain/shared/result';

/** Why a document was not taken: `malformed` is no JSON at all (HTTP 400), `refused` is JSON that may not come in (422). */
export interface JsonProblem {
  readonly status: 'malformed' | 'refused';
  readonly code: JsonProblemCode;
  readonly detail: string;
  /** JSON pointer to the culprit, where one place can be named; never contains a refused key or character. */
  readonly pointer?: string;
}

export type JsonProblemCode =
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'too-many-keys'
  | 'too-many-values'
  | 'forbidden-key'
  | 'forbidden-character'
  | 'duplicate-key';

/**
 * Reads a JSON document from a stranger (RELIABILITY, *Edges*). Numbers that a double would change arrive as
 * `ExactNumber`, all others as `number`. Never throws; takes about twice as long as `JSON.parse`.
 */
export const readJson = (input: string | Buffer, limits: JsonLimits): Result<unknown, JsonProblem> => {
  if (typeof input !== 'string' && !isUtf8(input)) return malformed('not-utf8', 'This is not UTF-8.');
  const text = typeof input === 'string' ? input : input.toString('utf8');
  const { keys, tooDeep, tooManyKeys, tooManyCommas, hasUnsafeNumber } = scanJson(text, limits);
  if (tooDeep) return refused('too-deep', `Nested deeper than ${limits.depth} levels.`);
  if (tooManyKeys) return refused('too-many-keys', `More than ${limits.keys} keys in one ${limits.keysPer}.`);
  if (tooManyCommas) return refused('too-many-values', `More than ${limits.commas} values in all.`);
  const parsed = parse(text, hasUnsafeNumber);
  if (!parsed.ok) return parsed;
  // Without an escape only a text that never was UTF-8 can hold them.
  const content = new Content(text.includes('\\u') || (text === input && FORBIDDEN_CHARACTERS.test(text)));
  const problem = content.problemOf(parsed.value);
  if (problem) return err(problem);
  // The parsed value keeps the last of equal keys only.
  return content.keys === keys ? parsed : refused('duplicate-key', twice(firstDuplicateKey(text)));
};

const parse = (text: string, exactly: boolean): Result<unknown, JsonProblem> => {
  try {
    return ok(exactly ? parseExactly(text, undefined, LENIENT) : JSON.parse(text));
  } catch {
    return malformed('not-json', 'This is not JSON (RFC 8259).');
  }
};

const LENIENT = {
  parseNumber: (digits: string): unknown => (isSafe(digits) ? Number(digits) : new ExactNumber(digits)),
  // Counted and refused afterwards, as with JSON.parse.
  onDuplicateKey: ({ newValue }: { newValue: unknown }): unknown => newValue,
};

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** NUL, or half a surrogate pair: with the flag `u` a whole pair is one character and does not match. */
const FORBIDDEN_CHARACTERS = /[\0\ud800-\udfff]/u;

/** One walk over a parsed value, no deeper than the scan allowed. */
class Content {
  keys = 0;

  constructor(private readonly checkCharacters: boolean) {}

  problemOf(value: unknown): JsonProblem | undefined {
    if (typeof value === 'string') return this.isForbidden(value) ? forbiddenCharacter('A text') : undefined;
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return undefined;
    return Array.isArray(value) ? this.ofArray(value) : this.ofObject(value as Record<string, unknown>);
  }

  private ofArray(items: readonly unknown[]): JsonProblem | undefined {
    for (let index = 0; index < items.length; index += 1) {
      const problem = this.problemOf(items[index]);
      if (problem) return lower(index, problem);
    }
    return undefined;
  }

  private ofObject(object: Readonly<Record<string, unknown>>): JsonProblem | undefined {
    for (const key in object) {
      this.keys += 1;
      if (FORBIDDEN_KEYS.has(key)) return { ...FORBIDDEN_KEY, detail: `The key "${key}" is not allowed.` };
      if (this.isForbidden(key)) return forbiddenCharacter('A key');
      const problem = this.problemOf(object[key]);
      if (problem) return lower(key, problem);
    }
    return undefined;
  }

  private isForbidden(text: string): boolean {
    return this.checkCharacters && FORBIDDEN_CHARACTERS.test(text);
  }
}

const FORBIDDEN_KEY = { status: 'refused', code: 'forbidden-key', pointer: '' } as const;

const forbiddenCharacter = (what: string): JsonProblem => ({
  status: 'refused',
  code: 'forbidden-character',
  detail: `${what} has a NUL character or half a surrogate pair.`,
  pointer: '',
});

const lower = (key: string | number, problem: JsonProblem): JsonProblem => ({
  ...problem,
  pointer: below('', key) + (problem.pointer ?? ''),
});

const twice = (key = ''): string => `The key "${key.slice(0, 200)}" stands twice in one object.`;

const malformed = (code: JsonProblemCode, detail: string): Result<never, JsonProblem> =>
  err({ status: 'malformed', code, detail });

const refused = (code: JsonProblemCode, detail: string): Result<never, JsonProblem> =>
  err({ status: 'refused', code, detail });
