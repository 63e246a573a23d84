import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FilterKind, FilterRule, Listing } from '#application/shared/listing';
import { schemaOf, type Schema } from '#adapters/shared/http/open-api';
import { answersOf, statusOf, type AnswerSpec } from '#adapters/shared/http/operation-responses';
import { Public } from '#adapters/shared/http/public';

/** What a route is, written once: the document and the answer's status and headers come from it. */
export interface OperationSpec extends AnswerSpec {
  /** `operationId`: stable, camelCase. */
  readonly id: string;
  readonly description?: string;
  /** The `email` of its body is counted too, so that nobody guesses at an account (SPEC 7). */
  readonly countsAddress?: true;
  /** The collection that `Location` points into, where that is not the route itself. */
  readonly livesIn?: string;
  /** The member of the answer that names it in its collection, where that is not `id`. */
  readonly namedBy?: string;
}

export const OPERATION = 'goal-service:operation';

/** Describes a route in the OpenAPI document and tells the answer interceptor how to answer. */
export const Operation = (spec: OperationSpec): MethodDecorator =>
  applyDecorators(
    SetMetadata(OPERATION, spec),
    HttpCode(statusOf(spec)),
    spec.permission === 'public' ? Public() : ApiBearerAuth(),
    ApiExtension('x-permission', spec.permission),
    ApiOperation({
      operationId: spec.id,
      summary: spec.summary,
      description: [spec.description, needs(spec.permission)].filter(Boolean).join(' '),
    }),
    ...answersOf(spec),
    ...headersOf(spec),
    ...(typeof spec.answers === 'object' && 'page' in spec.answers ? queryOf(spec.answers.page) : []),
  );

const needs = (permission: OperationSpec['permission']): string => {
  if (permission === 'public') return 'Open to everybody.';
  if (permission === 'person') return 'Needs no more than a token, but of a person: an API key is refused.';
  return permission === 'any' ? 'Needs no more than a token.' : `Needs \`${permission}\`.`;
};

const headersOf = ({ ifMatch, creates, answersSecret }: OperationSpec): MethodDecorator[] => [
  ...(ifMatch ? [ApiHeader({ ...IF_MATCH, required: ifMatch === 'required' })] : []),
  ...(creates && !answersSecret ? [ApiHeader(IDEMPOTENCY_KEY)] : []),
];

const IF_MATCH = {
  name: 'If-Match',
  description: 'The ETag you have read.',
  schema: { type: 'string', example: '"1"' },
} as const;

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'Makes a repetition answer what the first time answered, for 24 hours.',
  schema: { type: 'string', maxLength: 200 },
} as const;

/** Of a page, as the document shows it. */
export const LIMIT = {
  name: 'limit',
  required: false,
  schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  description: 'Most items of one page.',
} as const;

const queryOf = (list: Listing): MethodDecorator[] => [
  ApiQuery(LIMIT),
  ApiQuery({
    name: 'offset',
    required: false,
    schema: { type: 'integer', minimum: 0, maximum: 10_000_000, default: 0 },
    description: 'How many to pass over: the deeper, the slower. A `cursor` is not, and stays in its place.',
  }),
  ApiQuery({
    name: 'cursor',
    required: false,
    schema: { type: 'string' },
    description: 'The `next_cursor` of the page before; not with `offset`.',
  }),
  ApiQuery({
    name: 'sort',
    required: false,
    schema: { type: 'string', default: `-${list.sortable[0] ?? 'id'}` },
    description: `Comma-separated, \`-\` for descending. Allowed: ${list.sortable.join(', ')}.`,
  }),
  ...(list.deletable
    ? [ApiQuery({ name: 'deleted', required: false, schema: { type: 'string', enum: ['only'] } })]
    : []),
  ...Object.entries(list.filters).map(([name, rule]) =>
    ApiQuery({ name, required: false, schema: filterSchema(rule) }),
  ),
];

const filterSchema = ({ kind, one }: FilterRule): Schema => {
  const item = filterItem(kind);
  return one ? item : { type: 'array', items: item };
};

const filterItem = (kind: FilterKind): Schema => {
  if (typeof kind !== 'object' || 'oneOf' in kind) return schemaOf(kind);
  if ('wordOf' in kind) return { type: 'string', enum: [...kind.wordOf] };
  if ('uuidOr' in kind) return { type: 'string', anyOf: [{ format: 'uuid' }, { enum: [kind.uuidOr] }] };
  const [minimum, maximum] = kind.integer;
  return { type: 'integer', minimum, maximum };
};
