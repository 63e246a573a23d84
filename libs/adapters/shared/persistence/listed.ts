import { cursorHead, type Listing, type Page, type PageRequest, type Sort } from '#application/shared/listing';
import type { ViewShape, Shown, View } from '#application/shared/view';
import type { Database } from '#adapters/shared/persistence/database';

/** Where a list comes from, in SQL. `$1` is the tenant; further parameters of `where` follow from `$2`. */
export interface ListSource {
  /** `FROM` without the word, with its joins. */
  readonly from: string;
  readonly columns: string;
  /** Conditions that always hold, the tenant's among them. */
  readonly where: readonly string[];
  readonly parameters: readonly unknown[];
  /** The id column that breaks ties. */
  readonly id: string;
  /** The expression of each field that can be sorted by. */
  readonly sorted: Readonly<Record<string, string>>;
  /** The condition of each filter, given the placeholder of its values (a text array). */
  readonly filtered: Readonly<Record<string, (values: string) => string>>;
}

type Value = string | number | boolean | null;

/** Reads one page: by offset with a total up to a million, or behind a cursor (keyset, stable under inserts). One statement each. */
export const readPage = <S extends ViewShape>(
  db: Database,
  listing: Listing<S>,
  source: ListSource,
  request: PageRequest,
): Promise<Page<Shown<View<S>>>> => readRows(db, listing, source, request, listing.item);

/** The same where what is read (`row`) is not yet what is shown of an item. */
export const readRows = async <S extends ViewShape>(
  db: Database,
  listing: Listing,
  source: ListSource,
  request: PageRequest,
  row: View<S>,
): Promise<Page<Shown<View<S>>>> => {
  const parameters = [...source.parameters];
  const bind = (value: unknown): string => `$${String(parameters.push(value))}`;
  const where = [...source.where, ...filters(source, request, bind)];
  const counted = request.after ? null : await count(db, source, where, parameters);
  if (request.after) where.push(behind(listing, source, request.sort, request.after, bind));
  const rows = await db.query<Record<string, Value>>(
    `SELECT ${source.columns}${sortColumns(source, request.sort)} FROM ${source.from} WHERE ${where.join(' AND ')}
     ORDER BY ${order(listing, source, request.sort)} LIMIT ${bind(request.limit + 1)} OFFSET ${bind(request.offset)}`,
    parameters,
  );
  const kept = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? kept.at(-1) : undefined;
  return {
    items: kept.map((values) => only(row, values)) as unknown as Shown<View<S>>[],
    total: counted,
    offset: request.offset,
    limit: request.limit,
    next_cursor: last ? cursorOf(listing, request.sort, last) : null,
  };
};

const filters = (source: ListSource, request: PageRequest, bind: (value: unknown) => string): string[] =>
  Object.entries(request.filters).map(([name, values]) => {
    const condition = source.filtered[name];
    if (!condition) throw new Error(`the filter ${name} is allowed but has no SQL`);
    return condition(bind(values));
  });

/** Of a longer list nobody is told how long it is: counting it on would take more time than a page may. */
export const MOST_COUNTED = 1_000_000;

const count = async (db: Database, source: ListSource, where: readonly string[], parameters: readonly unknown[]) => {
  const [row] = await db.query<{ total: string }>(
    `SELECT count(*) AS total FROM (SELECT FROM ${source.from} WHERE ${where.join(' AND ')}
     LIMIT ${String(MOST_COUNTED + 1)}) AS counted`,
    parameters,
  );
  const total = Number(row?.total);
  return total > MOST_COUNTED ? null : total;
};

const expression = (source: ListSource, field: string): string => {
  const sql = source.sorted[field];
  if (sql === undefined) throw new Error(`sorting by ${field} is allowed but has no SQL`);
  return sql;
};

const sortColumns = (source: ListSource, sort: readonly Sort[]): string =>
  [...sort.map(({ field }) => expression(source, field)), source.id]
    .map((sql, n) => `, ${sql} AS sort_${String(n)}`)
    .join('');

/** `NULLS LAST` only where nulls can be: on other columns it would keep their index from serving the order. */
const order = (listing: Listing, source: ListSource, sort: readonly Sort[]): string =>
  [
    ...sort.map(({ field, descending }) => {
      const last = isNullable(listing, field) ? ' NULLS LAST' : '';
      return `${expression(source, field)} ${descending ? 'DESC' : 'ASC'}${last}`;
    }),
    `${source.id} ${lastDirection(sort)}`,
  ].join(', ');

/** The id runs in the direction of the first field, so that an index on (field, id) serves both ways. */
const lastDirection = (sort: readonly Sort[]): string => (sort[0]?.descending ? 'DESC' : 'ASC');

/** Rows that come after the last one seen: further in the first field, or equal there and further in the next, … the id. */
const behind = (
  listing: Listing,
  source: ListSource,
  sort: readonly Sort[],
  after: readonly Value[],
  bind: (value: unknown) => string,
): string => {
  const fields = [
    ...sort.map(({ field, descending }) => ({
      sql: expression(source, field),
      descending,
      nullable: isNullable(listing, field),
    })),
    { sql: source.id, descending: lastDirection(sort) === 'DESC', nullable: false },
  ].map((field, n) => ({ ...field, bound: (after[n] ?? null) === null ? null : bind(after[n]) }));
  // Only a comparison of whole rows lets an index start at the cursor instead of reading up to it.
  if (fields.every(({ descending, nullable }) => !nullable && descending === fields[0]?.descending)) {
    const [left, right] = [fields.map(({ sql }) => sql), fields.map(({ bound }) => bound)];
    return `(${left.join(', ')}) ${fields[0]?.descending ? '<' : '>'} (${right.join(', ')})`;
  }
  const ways = fields.flatMap(({ sql, descending, nullable, bound }, n) => {
    if (bound === null) return [];
    const further = `(${sql} ${descending ? '<' : '>'} ${bound}${nullable ? ` OR ${sql} IS NULL` : ''})`;
    const same = fields.slice(0, n).map((f) => (f.bound === null ? `${f.sql} IS NULL` : `${f.sql} = ${f.bound}`));
    return [[...same, further].join(' AND ')];
  });
  return `(${ways.join(' OR ')})`;
};

const isNullable = ({ item }: Listing, field: string): boolean => {
  const kind = item.shape[field];
  return typeof kind === 'object' && 'orNull' in kind;
};

const only = <S extends ViewShape>({ shape }: View<S>, row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(shape).map((key) => [key, row[key]]));

const cursorOf = (listing: Listing, sort: readonly Sort[], row: Record<string, Value>): string =>
  Buffer.from(
    JSON.stringify([cursorHead(listing, sort), ...[...sort, 'id'].map((_, n) => row[`sort_${String(n)}`] ?? null)]),
  ).toString('base64url');
