import { fieldName } from '#domain/shared/changes';

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

export type CamelKeys<T> = { [K in keyof T as Camel<K & string>]: T[K] };

/** The members of a checked body, whose names are few, by the names that they have inside. */
export const camelKeys = <T extends object>(body: T): CamelKeys<T> =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [fieldName(key), value])) as CamelKeys<T>;
