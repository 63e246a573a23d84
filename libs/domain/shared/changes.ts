import { canonicalJson } from '#domain/shared/json';

/** What changed, by the names on the wire: `{goal_logic: {old, new}}` (API, *Messages going out*). */
export type Changes = Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;

/** The name of a field on the wire. */
export const wireName = (key: string): string => key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** The named fields whose values differ; the order of keys inside a value does not make it another one. */
export const changesBetween = <S>(before: S, after: S, fields: readonly (keyof S & string)[]): Changes =>
  Object.fromEntries(
    fields
      .filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]))
      .map((field) => [wireName(field), { old: before[field], new: after[field] }]),
  );
