import type { View, ViewShape } from '#application/shared/view';

/**
 * The column list of a view: each key by its own name of table `alias`, or by the expression given for it.
 * Rows then have the wire's shape already; times come as RFC 3339 text from the driver.
 */
export const columnsOf = <S extends ViewShape>(
  { shape }: View<S>,
  alias: string,
  expressions: Partial<Record<keyof S & string, string>> = {},
): string =>
  Object.keys(shape)
    .map((key) => `${expressions[key] ?? `${alias}.${key}`} AS ${key}`)
    .join(', ');
