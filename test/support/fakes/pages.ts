import type { Page, PageRequest } from '#application/shared/listing';

/** A first page without filters, sorted by `-field`. */
export const pageRequest = (changes: Partial<PageRequest> & { readonly by: string }): PageRequest => {
  const { by, ...rest } = changes;
  return {
    limit: 50,
    offset: 0,
    after: null,
    sort: [{ field: by, descending: true }],
    filters: {},
    deletedOnly: false,
    ...rest,
  };
};

/** One page by offset of rows in memory; `fits` says of each filter whether a row passes. */
export const pageInMemory = <T extends { readonly id: string }>(
  rows: readonly T[],
  request: PageRequest,
  fits: (row: T, filter: string, values: readonly string[]) => boolean,
): Page<T> => {
  const found = rows.filter((row) =>
    Object.entries(request.filters).every(([name, values]) => fits(row, name, values)),
  );
  const [sort] = request.sort;
  const key = (row: T) => `${String(row[(sort?.field ?? 'id') as keyof T])} ${row.id}`;
  const sorted = found.toSorted((one, other) => (key(one) < key(other) ? -1 : 1) * (sort?.descending ? -1 : 1));
  const items = sorted.slice(request.offset, request.offset + request.limit);
  return { items, total: found.length, offset: request.offset, limit: request.limit, next_cursor: null };
};
