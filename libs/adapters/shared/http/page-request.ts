import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { characters, isUuid, tidyName } from '#domain/shared/text';
import { readTime } from '#domain/shared/times';
import { cursorHead, type FilterKind, type Listing, type PageRequest, type Sort } from '#application/shared/listing';
import type { ViewKind } from '#application/shared/view';
import { Refused } from '#adapters/shared/http/problem';
import { unknownParameter } from '#adapters/shared/http/query-parameters';
import { wordOf } from '#adapters/shared/http/rules';

/** What stands behind the question mark, as Fastify reads it. */
export type Query = Readonly<Record<string, string | string[]>>;

const ONCE = ['limit', 'offset', 'cursor', 'sort', 'deleted'];

/** Reads `limit`, `offset`, `cursor`, `sort`, `deleted` and the listing's filters; every fault at once (422). */
export const readPageRequest = (list: Listing, query: Query): PageRequest => {
  const faults: FieldFault[] = [];
  const refuse = (name: string, code: string, detail: string) => void faults.push(fault(`?${name}`, code, detail));
  for (const [name, value] of Object.entries(query)) {
    const known = ONCE.includes(name) ? name !== 'deleted' || list.deletable : Object.hasOwn(list.filters, name);
    if (!known) faults.push(unknownParameter(name));
    else if (Array.isArray(value) && (ONCE.includes(name) || list.filters[name]?.one)) {
      refuse(name, 'repeated', 'Give this parameter once.');
    }
  }
  const once = (name: string): string | undefined => [query[name]].flat()[0];
  const limit = wholeNumber(once('limit'), 50, 1, 200, (detail) => refuse('limit', 'range', detail));
  const offset = wholeNumber(once('offset'), 0, 0, 10_000_000, (detail) => refuse('offset', 'range', detail));
  const sort = readSort(list, once('sort'), (detail) => refuse('sort', 'not-sortable', detail));
  if (once('deleted') !== undefined && once('deleted') !== 'only')
    refuse('deleted', 'one-of', 'The one value is: only.');
  if (once('cursor') !== undefined && once('offset') !== undefined) {
    refuse('cursor', 'excluded', 'Give either an offset or a cursor.');
  }
  const after = readCursor(list, once('cursor'), sort, () =>
    refuse('cursor', 'malformed', 'This is no cursor of this list and order.'),
  );
  const filters = readFilters(list, query, refuse);
  if (faults.length > 0) throw new Refused(invalid(faults));
  return { limit, offset, after, sort, filters, deletedOnly: once('deleted') === 'only' };
};

/** A whole number in its bounds, or what stands for one that is not given or refused. */
export const wholeNumber = (
  text: string | undefined,
  otherwise: number,
  least: number,
  most: number,
  refuse: (detail: string) => void,
): number => {
  if (text === undefined) return otherwise;
  const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  refuse(`A whole number from ${String(least)} to ${String(most)}.`);
  return otherwise;
};

const readSort = (list: Listing, text: string | undefined, refuse: (detail: string) => void): Sort[] => {
  const asked = text === undefined ? [`-${list.sortable[0] ?? ''}`] : text.split(',');
  const sort = asked.map((part) => ({ field: part.replace(/^-/, ''), descending: part.startsWith('-') }));
  const wrong = sort.filter(({ field }) => !list.sortable.includes(field));
  const twice = new Set(sort.map(({ field }) => field)).size < sort.length;
  if (wrong.length > 0 || twice) refuse(`Sort by each of these at most once: ${list.sortable.join(', ')}.`);
  return sort;
};

const readCursor = (
  list: Listing,
  text: string | undefined,
  sort: readonly Sort[],
  refuse: () => void,
): PageRequest['after'] => {
  if (text === undefined) return null;
  const values = decoded(text);
  const fits =
    Array.isArray(values) &&
    values.length === sort.length + 2 &&
    values[0] === cursorHead(list, sort) &&
    sort.every(({ field }, n) => couldBe(list.item.shape[field], values[n + 1])) &&
    couldBe(list.item.shape.id, values.at(-1));
  if (fits) return values.slice(1) as PageRequest['after'];
  refuse();
  return null;
};

/** Whether a value of the cursor can be one of the column it is compared with; a forged one must not reach the database. */
const couldBe = (kind: ViewKind | undefined, value: unknown): boolean => {
  if (typeof kind === 'object' && 'orNull' in kind) return value === null || couldBe(kind.orNull, value);
  if (kind === 'time') return typeof value === 'string' && readTime(value) !== undefined;
  if (kind === 'date') return typeof value === 'string' && readTime(`${value}T00:00:00Z`) !== undefined;
  if (kind === 'uuid') return isUuid(value);
  if (kind === 'integer') return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  if (kind === 'number') return typeof value === 'number';
  return kind === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' && isPlainText(value);
};

const isPlainText = (value: string): boolean =>
  characters(value) <= 500 && !value.includes('\0') && value.isWellFormed();

/** What a cursor holds; `null` for what none of ours can be. */
export const decoded = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
};

const readFilters = (
  list: Listing,
  query: Query,
  refuse: (name: string, code: string, detail: string) => void,
): Record<string, readonly string[]> => {
  const filters: Record<string, readonly string[]> = {};
  for (const [name, { kind }] of Object.entries(list.filters)) {
    const values = query[name] === undefined ? [] : [query[name]].flat();
    if (values.length === 0) continue;
    for (const value of values) {
      const wrong = faultOf(kind, value);
      if (wrong) refuse(name, 'value', wrong);
    }
    filters[name] = values.map((value) => readAs(kind, value));
  }
  for (const [least, most] of list.ranges ?? []) {
    if (Number(filters[least]?.[0]) > Number(filters[most]?.[0]))
      refuse(least, 'range', `It must not be above ${most}.`);
  }
  return filters;
};

const faultOf = (kind: FilterKind, value: string): string | undefined => {
  if (typeof kind === 'object') return faultOfChoice(kind, value);
  if (kind === 'uuid') return isUuid(value) ? undefined : 'A UUID.';
  if (kind === 'boolean') return /^(true|false)$/.test(value) ? undefined : 'true or false.';
  if (kind === 'time') return readTime(value) ? undefined : 'A time of RFC 3339 with its offset.';
  return isPlainText(value) ? undefined : 'Up to 500 characters of text.';
};

const faultOfChoice = (kind: Exclude<FilterKind, string>, value: string): string | undefined => {
  if ('integer' in kind) {
    const [least, most] = kind.integer;
    const fits = /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most;
    return fits ? undefined : `A whole number from ${String(least)} to ${String(most)}.`;
  }
  if ('uuidOr' in kind) return value === kind.uuidOr || isUuid(value) ? undefined : `A UUID, or ${kind.uuidOr}.`;
  const words = 'wordOf' in kind ? kind.wordOf : kind.oneOf;
  return words.includes(readAs(kind, value)) ? undefined : `One of: ${words.join(', ')}.`;
};

/** A value by its one spelling. */
const readAs = (kind: FilterKind, value: string): string => {
  if (kind === 'text') return tidyName(value);
  if (typeof kind !== 'object' || 'integer' in kind || 'uuidOr' in kind) return value;
  if ('wordOf' in kind) return wordOf(value, kind.aliases);
  return Object.hasOwn(kind.aliases ?? {}, value) ? (kind.aliases?.[value] ?? value) : value;
};
