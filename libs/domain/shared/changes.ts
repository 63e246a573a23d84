import { canonicalJson } from '#domain/shared/json';

/** What changed, by the names on the wire: `{goal_logic: {old, new}}` (API, *Messages going out*). */
export type Changes = Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;

/** Names are few and asked for with every row. */
const remembered = (convert: (name: string) => string): ((name: string) => string) => {
  const known = new Map<string, string>();
  return (name) => {
    const converted = known.get(name) ?? convert(name);
    known.set(name, converted);
    return converted;
  };
};

/** The name of a field on the wire. */
export const wireName = remembered((field) => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`));

/** The field behind a name on the wire. */
export const fieldName = remembered((name) =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
);

/** Whether two values say the same; the order of keys inside them does not count. Only objects need to be looked into. */
export const areSame = (one: unknown, other: unknown): boolean =>
  one === other ||
  (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null
    ? canonicalJson(one) === canonicalJson(other)
    : false);

/** The named fields whose values differ. */
export const changesBetween = <S>(before: S, after: S, fields: readonly (keyof S & string)[]): Changes =>
  Object.fromEntries(
    fields
      .filter((field) => !areSame(before[field], after[field]))
      .map((field) => [wireName(field), { old: before[field], new: after[field] }]),
  );
