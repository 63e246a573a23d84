import type { View, ViewShape } from '#application/shared/view';

/** What may be asked of one filter. `one` refuses a repeated parameter; the others take any number, for OR. */
export type FilterKind =
  | 'text'
  | 'uuid'
  | 'boolean'
  | 'time'
  /** A UUID, or the one word that stands for some. */
  | { readonly uuidOr: string }
  /** `aliases`: other spellings, each to the letter. */
  | { readonly oneOf: readonly string[]; readonly aliases?: Readonly<Record<string, string>> }
  /** The same in any case, with words of other systems that are read as ours. */
  | { readonly wordOf: readonly string[]; readonly aliases?: Readonly<Record<string, string>> }
  /** A whole number from the first to the second. */
  | { readonly integer: readonly [least: number, most: number] };

export interface FilterRule {
  readonly kind: FilterKind;
  readonly one?: true;
}

/**
 * A list as callers may ask for it: the view of an item and the allow-lists of what can be sorted and filtered by (API,
 * *Lists*). The first of `sortable`, descending, is the default order; the id breaks ties.
 */
export interface Listing<S extends ViewShape = ViewShape> {
  readonly item: View<S>;
  readonly sortable: readonly string[];
  readonly filters: Readonly<Record<string, FilterRule>>;
  /** Filters that bound the same thing from below and above: the first must not be the greater. */
  readonly ranges?: readonly (readonly [least: string, most: string])[];
  /** Whether `deleted=only` can be asked for, by whom it takes to delete. */
  readonly deletable?: true;
}

/** Sortable are fields of the view only. */
export const listing = <const S extends ViewShape>(
  rules: Listing<S> & { readonly sortable: readonly (keyof S & string)[] },
): Listing<S> => rules;

export interface Sort {
  readonly field: string;
  readonly descending: boolean;
}

/** A checked request for one page. `after` holds the sort values and the id of the last item seen; it excludes an offset. */
export interface PageRequest {
  readonly limit: number;
  readonly offset: number;
  readonly after: readonly (string | number | boolean | null)[] | null;
  readonly sort: readonly Sort[];
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly deletedOnly: boolean;
}

/** One page as it goes over the wire. `total` is counted on pages by offset only; `next_cursor` is `null` on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number | null;
  readonly offset: number;
  readonly limit: number;
  readonly next_cursor: string | null;
}

/** What every cursor of a list in one order begins with, so that it is of no use anywhere else. */
export const cursorHead = ({ item }: Listing, sort: readonly Sort[]): string =>
  `${item.name}:${sort.map(({ field, descending }) => `${descending ? '-' : ''}${field}`).join(',')}`;
