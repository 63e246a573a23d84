import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fault } from '#domain/shared/errors';
import { Refused } from '#adapters/shared/http/problem';
import { A_BATCH, ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson, type JsonProblem } from '#adapters/shared/json/strict-json';

const KILOBYTE = 1024;
/** Most bytes of a body, and of one that may hold a batch (RELIABILITY, *Edges*). */
export const BODY_LIMIT = 256 * KILOBYTE;
export const BATCH_LIMIT = 2 * KILOBYTE * KILOBYTE;

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const JSON_RANGE = /^(\*\/\*|application\/(\*|json|problem\+json))$/i;

/** JSON alone is read, strictly and with every digit of its numbers; no body at all is fine whatever its type says. */
export const readBodies = (fastify: FastifyInstance): void => {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    const takesBatches = request.routeOptions.bodyLimit === BATCH_LIMIT;
    const read = readJson(body, takesBatches ? A_BATCH : ONE_DOCUMENT);
    if (read.ok) done(null, read.value);
    else done(refusal(read.error), undefined);
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(Refused.http(415, 'media-type.unsupported', 'Send JSON: Content-Type: application/json.'), undefined);
  });
};

const isNothing = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** Where nothing is sent its type says nothing, and may be nonsense. */
export const forgetTypeOfNothing = (request: FastifyRequest): void => {
  if (isNothing(request)) delete request.headers['content-type'];
};

/** What is packed is not unpacked, so that nobody sends little that becomes much; and is not taken for what it is not. */
export const unpackedOnly = (request: FastifyRequest): void => {
  const codings = (request.headers['content-encoding'] ?? '').split(',').map((text) => text.trim().toLowerCase());
  if (isNothing(request) || codings.every((coding) => coding === '' || coding === 'identity')) return;
  const message = 'Send the body as it is, without Content-Encoding: none but identity is read here.';
  throw Refused.http(415, 'content-coding.unsupported', message, { 'Accept-Encoding': 'identity' });
};

/** 406 only when `Accept` excludes JSON altogether; the pages beside the API are not JSON. */
export const acceptableOnly = ({ url, headers }: FastifyRequest): void => {
  if (!url.startsWith('/api/') || headers.accept === undefined || acceptsJson(headers.accept)) return;
  throw Refused.http(406, 'not-acceptable', 'Answers are JSON: send Accept: application/json.');
};

/** One range that holds JSON is enough, unless its weight is 0, which says "not this" (RFC 9110, 12.4.2). */
const acceptsJson = (accept: string): boolean =>
  accept.split(',').some((part) => {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    return JSON_RANGE.test(range) && !parameters.some((parameter) => /^q=0(\.0{0,3})?$/i.test(parameter));
  });

const refusal = ({ status, code, detail, pointer }: JsonProblem): Refused =>
  status === 'malformed'
    ? Refused.http(400, code, detail)
    : new Refused({
        kind: 'invalid',
        code: 'validation-failed',
        message: detail,
        fields: [fault(pointer ?? '', code, detail)],
      });
