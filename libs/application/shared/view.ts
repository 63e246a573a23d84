/**
 * A view is what is shown, written down once: from this constant come the TypeScript type (`Shown`), the schema in the
 * OpenAPI document, and the column list of the read model. Keys are the wire's (snake_case).
 */
export type ViewKind =
  | 'uuid'
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'time'
  | 'date'
  | 'object'
  | 'any'
  | { readonly orNull: ViewKind }
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: ViewKind }
  | { readonly mapOf: ViewKind }
  | View<ViewShape>;

export interface ViewShape {
  readonly [key: string]: ViewKind;
}

export interface View<S extends ViewShape> {
  readonly name: string;
  readonly shape: S;
}

type ShownKind<K> = K extends 'uuid' | 'text' | 'time' | 'date'
  ? string
  : K extends 'integer' | 'number'
    ? number
    : K extends 'boolean'
      ? boolean
      : K extends 'object'
        ? Readonly<Record<string, unknown>>
        : K extends 'any'
          ? unknown
          : K extends { readonly orNull: infer I }
            ? ShownKind<I> | null
            : K extends { readonly oneOf: readonly (infer T)[] }
              ? T
              : K extends { readonly listOf: infer I }
                ? readonly ShownKind<I>[]
                : K extends { readonly mapOf: infer I }
                  ? Readonly<Record<string, ShownKind<I>>>
                  : K extends { readonly shape: infer S }
                    ? { readonly [P in keyof S]: ShownKind<S[P]> }
                    : never;

/** What a view's constant says, as a type. */
export type Shown<V extends View<ViewShape>> = ShownKind<V>;

/** `name` is the schema's name in the OpenAPI document. */
export const view = <const S extends ViewShape>(name: string, shape: S): View<S> => ({ name, shape });
