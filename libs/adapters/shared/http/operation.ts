import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { Permission } from '#domain/shared/permissions';
import type { FilterKind, FilterRule, Listing } from '#application/shared/listing';
import type { View, ViewShape } from '#application/shared/view';
import { schemaOf, pageOf, reference, type Schema } from '#adapters/shared/http/open-api';
import { problemView } from '#adapters/shared/http/problem';
import { Public } from '#adapters/shared/http/public';

/** What a route is, written once: the document and the answer's status and headers come from it. */
export interface OperationSpec {
  /** `operationId`: stable, camelCase. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /**
   * The permission its handler asks for, `any`: whoever has a token, `person`: whoever has one and is no key, or `public`:
   * everybody; shown in the document as `x-permission`.
   */
  readonly permission: Permission | 'any' | 'person' | 'public';
  /** What a success answers: a view, a page of a listing (and what stands `beside` its items), or nothing (204). */
  readonly answers:
    | View<ViewShape>
    | { readonly page: Listing; readonly beside?: ViewShape }
    | { readonly listOf: View<ViewShape> }
    | 'nothing';
  /** What it answers instead when it is asked in another way, which the description says. */
  readonly orAnswers?: View<ViewShape>;
  /** 201 with `Location`, and `Idempotency-Key` is taken. */
  readonly creates?: true;
  /** Its answer is not to be kept, for a repetition either: no `Idempotency-Key`. */
  readonly answersSecret?: true;
  /** The `email` of its body is counted too, so that nobody guesses at an account (SPEC 7). */
  readonly countsAddress?: true;
  /** What the same route answers, with 200, when asked to make many at once: a result for each. */
  readonly createsMany?: View<ViewShape>;
  /** 202 with `Location`, where the work that goes on can be watched. */
  readonly begins?: true;
  /** The collection that `Location` points into, where that is not the route itself. */
  readonly livesIn?: string;
  /** The member of the answer that names it in its collection, where that is not `id`. */
  readonly namedBy?: string;
  /** It shows figures that change without a new version: never a 304, never kept by the caller (API, *Versions*). */
  readonly alwaysFresh?: true;
  /** `If-Match`: required on PATCH and DELETE of what is versioned, optional on its actions. */
  readonly ifMatch?: 'required' | 'optional';
  /** Error codes beside those every route can answer, by status. */
  readonly errors?: Readonly<Record<number, string>>;
}

export const OPERATION = 'goal-service:operation';

const TO_EVERYBODY: Readonly<Record<number, string>> = {
  400: 'Unreadable: an address, a header or a body that is not well-formed.',
  406: '`Accept` excludes JSON.',
  429: 'Too many requests; try again after `Retry-After` seconds.',
  422: 'Faults in the input, all of them in `errors`.',
  503: 'The database is away; try again after `Retry-After` seconds.',
};

const EVERYWHERE: Readonly<Record<number, string>> = {
  ...TO_EVERYBODY,
  401: 'No valid access token.',
  403: 'The role lacks the permission.',
};

/** What every route that reads a body can answer too. */
export const WITH_BODY: Readonly<Record<number, string>> = {
  413: 'The body is larger than 256 kB.',
  415: 'The body is not sent as JSON, or is compressed.',
};

/** An error answer as the document shows it. */
export const problemResponse = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: reference(problemView) } },
});

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

const statusOf = ({ creates, begins, answers }: OperationSpec): number => {
  if (creates) return 201;
  if (begins) return 202;
  return answers === 'nothing' ? 204 : 200;
};

const needs = (permission: OperationSpec['permission']): string => {
  if (permission === 'public') return 'Open to everybody.';
  if (permission === 'person') return 'Needs no more than a token, but of a person: an API key is refused.';
  return permission === 'any' ? 'Needs no more than a token.' : `Needs \`${permission}\`.`;
};

const answersOf = (spec: OperationSpec): MethodDecorator[] => {
  const usual = answerSchema(spec.answers);
  const schema = usual && spec.orAnswers ? { oneOf: [usual, reference(spec.orAnswers)] } : usual;
  const errors: Record<number, string> = {
    ...(spec.permission === 'public' ? TO_EVERYBODY : EVERYWHERE),
    ...(spec.permission === 'person' && { 403: 'It is an API key that asks.' }),
    ...(spec.ifMatch && { 412: 'The version named by If-Match is not the present one (`current_version`).' }),
    ...(spec.ifMatch === 'required' && { 428: 'If-Match is missing.' }),
    ...spec.errors,
  };
  return [
    ApiResponse({ status: statusOf(spec), description: spec.summary, ...(schema && { schema }) }),
    ...(spec.createsMany
      ? [ApiResponse({ status: 200, description: 'Many: a result for each.', schema: reference(spec.createsMany) })]
      : []),
    ...Object.entries(errors).map(([code, description]) =>
      ApiResponse({ status: Number(code), ...problemResponse(description) }),
    ),
  ];
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

const answerSchema = (answers: OperationSpec['answers']): Schema | undefined => {
  if (answers === 'nothing') return undefined;
  if ('page' in answers) return pageOf(answers.page.item, answers.beside);
  if ('listOf' in answers) return { type: 'array', items: reference(answers.listOf) };
  return reference(answers);
};

const queryOf = (list: Listing): MethodDecorator[] => [
  ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } }),
  ApiQuery({ name: 'offset', required: false, schema: { type: 'integer', minimum: 0, default: 0 } }),
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
