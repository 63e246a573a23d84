import { PERMISSIONS, type Permission } from '#domain/shared/permissions';
import type { Method, TestApp } from '../../support/app';

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly readOnly?: boolean;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** A route of the running application as its own document describes it. */
export interface Route {
  readonly name: string;
  readonly method: Method;
  /** Below `/api/v1`, with its parameters in braces. */
  readonly path: string;
  /** `any`: whoever has a token; `person`: who has one and is no key; `null`: open to everybody. */
  readonly permission: Permission | 'any' | 'person' | null;
  readonly pathParameters: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly ifMatch: 'required' | 'optional' | 'none';
  readonly creates: boolean;
  /** Every status it is said to answer. */
  readonly statuses: readonly number[];
  /** By status, the headers it is said to be sent with, in small letters. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** With every reference resolved; of several forms the first. */
  readonly body: Schema | undefined;
  readonly bodyRequired: boolean;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-permission'?: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const API = '/api/v1';
const ASKED_FOR = [...PERMISSIONS, 'any', 'person'] as const;

/** Every route below `/api/v1`, read from `/docs-json` of the running application: later routes come by themselves. */
export const routesOf = async (app: TestApp): Promise<Route[]> => {
  const document = (await app.ask<Document>('GET', '//docs-json')).body;
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith(`${API}/`))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) =>
        routeOf(document, path.slice(API.length), method.toUpperCase() as Method, operation),
      ),
    );
};

const routeOf = (document: Document, path: string, method: Method, operation: Operation): Route => {
  const { parameters = [], requestBody, responses } = operation;
  const ifMatch = parameters.find(({ name }) => name === 'If-Match');
  const body = requestBody?.content['application/json']?.schema;
  return {
    name: `${method} ${path}`,
    method,
    path,
    permission: ASKED_FOR.find((known) => known === operation['x-permission']) ?? null,
    pathParameters: parameters.filter((one) => one.in === 'path'),
    query: parameters.filter((one) => one.in === 'query'),
    ifMatch: ifMatch ? (ifMatch.required ? 'required' : 'optional') : 'none',
    creates: parameters.some(({ name }) => name === 'Idempotency-Key'),
    statuses: Object.keys(responses).map(Number),
    headers: Object.fromEntries(
      Object.entries(responses).map(([status, { headers = {} }]) => [
        status,
        Object.keys(headers).map((name) => name.toLowerCase()),
      ]),
    ),
    body: body && resolved(document, body),
    bodyRequired: requestBody?.required ?? false,
  };
};

/** One schema without references: `allOf` laid together, of `oneOf` the first. */
const resolved = (document: Document, schema: Schema): Schema => {
  const { $ref, allOf, oneOf, ...own } = schema;
  const parts = [
    ...($ref ? [document.components.schemas[$ref.replace(/.*\//, '')] ?? {}] : []),
    ...(allOf ?? []),
    ...(oneOf?.slice(0, 1) ?? []),
  ].map((part) => resolved(document, part));
  const whole: Schema = Object.assign({}, ...parts, own) as Schema;
  const properties = Object.fromEntries(
    Object.entries(whole.properties ?? {}).map(([name, property]) => [name, resolved(document, property)]),
  );
  return {
    ...whole,
    ...(whole.properties && { properties }),
    ...(whole.items && { items: resolved(document, whole.items) }),
  };
};

/** The body the document offers for pasting. */
export const exampleOf = (schema: Schema): unknown => {
  if (schema.example !== undefined) return schema.example;
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name, property]) => property.example !== undefined || schema.required?.includes(name))
        .map(([name, property]) => [name, exampleOf(property)]),
    );
  }
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items)] : [];
  return { string: 'text', integer: 1, number: 1, boolean: true }[schema.type ?? ''] ?? {};
};

/** Runs a check for every one of some routes, of which there must be any, and says of which one a failure speaks. */
export const eachOf = async (routes: readonly Route[], check: (route: Route) => Promise<void>): Promise<void> => {
  if (routes.length === 0) throw new Error('there is no such route');
  for (const route of routes)
    await check(route).catch((failure: unknown) => {
      throw new Error(`${route.name}: ${(failure as Error).message}`, { cause: failure });
    });
};
