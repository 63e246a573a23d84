import type { OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly readOnly?: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Documented {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

/** Every operation of the document. */
export const operationsOf = (document: OpenAPIObject): Documented[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      const upper = method.toUpperCase() as Method;
      return operation ? [{ name: `${upper} ${path}`, method: upper, path, operation }] : [];
    }),
  );

interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** What a body must be, as the document says. */
export const schemaOfBody = ({ operation }: Documented): Schema => mediaOf(operation)?.schema ?? {};

/** The bodies that Swagger UI offers under "Try it out": the examples if there are any, else a word for each type. */
export const offeredBodies = (document: OpenAPIObject, { operation }: Documented): unknown[] => {
  const media = mediaOf(operation);
  if (!media) return [];
  const named = Object.values(media.examples ?? {}).map(({ value }) => value);
  return named.length > 0 ? named : [media.example ?? sample(document, media.schema)];
};

const mediaOf = ({ requestBody }: Operation): Media | undefined =>
  Object.values((requestBody as { content: Readonly<Record<string, Media>> } | undefined)?.content ?? {})[0];

const sample = (document: OpenAPIObject, schema: Schema): unknown => {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) return sample(document, named(document, schema.$ref));
  const [choice] = schema.oneOf ?? schema.allOf ?? [];
  if (choice) return sample(document, choice);
  if (schema.properties) {
    const own = Object.entries(schema.properties).filter(([, { readOnly }]) => !readOnly);
    const entries = own.map(([key, property]) => [key, sample(document, property)]);
    return Object.fromEntries(entries) as unknown;
  }
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return schema.items ? [sample(document, schema.items)] : [];
  const words: Record<string, unknown> = { string: 'string', integer: 0, number: 0, boolean: true, object: {} };
  return words[schema.type ?? 'object'];
};

const named = (document: OpenAPIObject, reference: string): Schema =>
  document.components?.schemas?.[reference.replace('#/components/schemas/', '')] ?? {};
