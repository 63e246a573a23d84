import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import type { View, ViewKind, ViewShape } from '#application/shared/view';

export type Schema = Exclude<ApiResponseSchemaHost['schema'], { $ref: string }>;

/** Every view that a route answers, by name, for `components.schemas`. */
const named = new Map<string, View<ViewShape>>();

export const reference = (view: View<ViewShape>): Schema => {
  const known = named.get(view.name);
  if (known && known !== view) throw new Error(`two views are called ${view.name}`);
  named.set(view.name, view);
  return { $ref: `#/components/schemas/${view.name}` };
};

/** The schema of one page of a list, and of what it says `beside` its items. */
export const pageOf = (item: View<ViewShape>, beside: ViewShape = {}): Schema => ({
  type: 'object',
  required: ['items', 'total', 'offset', 'limit', 'next_cursor', ...Object.keys(beside)],
  properties: {
    items: { type: 'array', items: reference(item) },
    total: {
      type: 'integer',
      nullable: true,
      description: '`null` on pages by cursor, and of a list of more than a million',
    },
    offset: { type: 'integer' },
    limit: { type: 'integer' },
    next_cursor: { type: 'string', nullable: true },
    ...Object.fromEntries(Object.entries(beside).map(([key, kind]) => [key, schemaOf(kind)])),
  },
});

/** The schema of one kind of value. */
export const schemaOf = (kind: ViewKind): Schema => {
  if (typeof kind === 'string') return PLAIN[kind];
  if ('orNull' in kind) return orNull(schemaOf(kind.orNull));
  if ('oneOf' in kind) return { type: 'string', enum: [...kind.oneOf] };
  if ('listOf' in kind) return { type: 'array', items: schemaOf(kind.listOf) };
  if ('mapOf' in kind) return { type: 'object', additionalProperties: schemaOf(kind.mapOf) };
  return reference(kind);
};

const orNull = (schema: Schema): Schema =>
  '$ref' in schema ? { allOf: [schema], nullable: true } : { ...schema, nullable: true };

const PLAIN: Readonly<Record<Extract<ViewKind, string>, Schema>> = {
  uuid: { type: 'string', format: 'uuid' },
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  date: { type: 'string', format: 'date' },
  object: { type: 'object', additionalProperties: true },
  any: { description: 'Any JSON value.' },
};

/** `components.schemas` of all views named so far, and of those they hold. */
export const viewSchemas = (): Record<string, Schema> => {
  const schemas: Record<string, Schema> = {};
  // A Map's iterator also visits what is added on the way: views inside views.
  for (const [name, view] of named) {
    schemas[name] = {
      type: 'object',
      required: Object.keys(view.shape),
      properties: Object.fromEntries(Object.entries(view.shape).map(([key, kind]) => [key, schemaOf(kind)])),
    };
  }
  return schemas;
};
