import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants';
import { ApiHeader, ApiResponse, type ApiResponseNoStatusOptions } from '@nestjs/swagger';
import type { Permission } from '#domain/shared/permissions';
import type { Listing } from '#application/shared/listing';
import type { View, ViewShape } from '#application/shared/view';
import { pageOf, reference, type Schema } from '#adapters/shared/http/open-api';
import { problemView } from '#adapters/shared/http/problem';

/** How a route answers. */
export interface AnswerSpec {
  readonly summary: string;
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
  /** What the same route answers, with 200, when asked to make many at once: a result for each. */
  readonly createsMany?: View<ViewShape>;
  /** 202 with `Location`, where the work that goes on can be watched. */
  readonly begins?: true;
  /** It shows figures that change without a new version: never a 304, never kept by the caller (API, *Versions*). */
  readonly alwaysFresh?: true;
  /** `If-Match`: required on PATCH and DELETE of what is versioned, optional on its actions. */
  readonly ifMatch?: 'required' | 'optional';
  /** Error codes beside those every route can answer, by status. */
  readonly errors?: Readonly<Record<number, string>>;
}

type Headers = NonNullable<ApiResponseNoStatusOptions['headers']>;

const header = (description: string, schema: Schema) => ({ description, schema });

/** `components.headers`: what answers say beside their body. */
export const HEADERS = {
  ETag: header('The version, for `If-Match`.', { type: 'string', example: '"1"' }),
  Location: header('Where what was made can be read, or what was begun can be watched.', { type: 'string' }),
  'Idempotency-Replayed': header('`true` where the answer is one of before.', { type: 'string', enum: ['true'] }),
  'Retry-After': header('In how many seconds to try again.', { type: 'integer', minimum: 0 }),
  'RateLimit-Limit': header('Requests a minute that are taken. No limit: missing, as the next two.', {
    type: 'integer',
  }),
  'RateLimit-Remaining': header('How many of them are left.', { type: 'integer' }),
  'RateLimit-Reset': header('In how many seconds all of them are.', { type: 'integer' }),
} as const;

const sent = (...names: readonly (keyof typeof HEADERS)[]): Headers =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const COUNTED = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const;

const HEADERS_OF_ERRORS: Readonly<Record<number, Headers>> = {
  429: sent('Retry-After', ...COUNTED),
  503: sent('Retry-After'),
};

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

export const statusOf = ({ creates, begins, answers }: AnswerSpec): number => {
  if (creates) return 201;
  if (begins) return 202;
  return answers === 'nothing' ? 204 : 200;
};

/** Every answer of a route, with the headers it is sent with. */
export const answersOf = (spec: AnswerSpec): MethodDecorator[] => [
  ...successesOf(spec),
  ...(isVersioned(spec) && !spec.alwaysFresh ? [Unchanged] : []),
  ...Object.entries(errorsOf(spec)).map(([code, description]) => {
    const headers = HEADERS_OF_ERRORS[Number(code)];
    return ApiResponse({ status: Number(code), ...problemResponse(description), ...(headers && { headers }) });
  }),
];

const successesOf = (spec: AnswerSpec): MethodDecorator[] => {
  const usual = answerSchema(spec.answers);
  const schema = usual && spec.orAnswers ? { oneOf: [usual, reference(spec.orAnswers)] } : usual;
  const repeated = spec.creates && !spec.answersSecret ? (['Idempotency-Replayed'] as const) : [];
  const headers = sent(
    ...(isVersioned(spec) ? (['ETag'] as const) : []),
    ...(spec.creates || spec.begins ? (['Location'] as const) : []),
    ...[...repeated, ...COUNTED],
  );
  const many = spec.createsMany && { headers: sent(...repeated, ...COUNTED), schema: reference(spec.createsMany) };
  return [
    ApiResponse({ status: statusOf(spec), description: spec.summary, headers, ...(schema && { schema }) }),
    ...(many ? [ApiResponse({ status: 200, description: 'Many: a result for each.', ...many })] : []),
  ];
};

const errorsOf = (spec: AnswerSpec): Readonly<Record<number, string>> => ({
  ...(spec.permission === 'public' ? TO_EVERYBODY : EVERYWHERE),
  ...(spec.permission === 'person' && { 403: 'It is an API key that asks.' }),
  ...(spec.ifMatch && { 412: 'The version named by If-Match is not the present one (`current_version`).' }),
  ...(spec.ifMatch === 'required' && { 428: 'If-Match is missing.' }),
  ...spec.errors,
});

/** What has a version tells it as its ETag. */
const isVersioned = ({ answers }: AnswerSpec): boolean =>
  typeof answers === 'object' && 'shape' in answers && 'version' in answers.shape;

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of what you have: 304 while there is nothing newer.',
  schema: { type: 'string' },
} as const;

/** Only a GET is answered so; its verb is known here, for `@Get` stands below `@Operation`. */
const Unchanged: MethodDecorator = (target, key, descriptor) => {
  if (Reflect.getMetadata(METHOD_METADATA, descriptor.value as object) !== RequestMethod.GET) return;
  ApiHeader(IF_NONE_MATCH)(target, key, descriptor);
  ApiResponse({
    status: 304,
    description: 'Nothing newer than what `If-None-Match` names.',
    headers: sent('ETag', ...COUNTED),
  })(target, key, descriptor);
};

const answerSchema = (answers: AnswerSpec['answers']): Schema | undefined => {
  if (answers === 'nothing') return undefined;
  if ('page' in answers) return pageOf(answers.page.item, answers.beside);
  if ('listOf' in answers) return { type: 'array', items: reference(answers.listOf) };
  return reference(answers);
};
