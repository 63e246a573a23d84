import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { Result } from '#domain/shared/result';
import { OPERATION, type OperationSpec } from '#adapters/shared/http/operation';
import { Refused } from '#adapters/shared/http/problem';

/** A success with another status than the route's own: Nest fixes that before the answer is known. */
export class OtherStatus extends Error {
  constructor(
    readonly status: 200 | 304,
    readonly body: unknown,
  ) {
    super('another success');
  }
}

/** Turns the Result a controller answers into status, headers and body: `Location`, `ETag`, 304, or the problem. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = this.reflector.get<OperationSpec | undefined>(OPERATION, context.getHandler());
    if (!spec) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((result: Result<unknown>) => answer(spec, request, reply, result)));
  }
}

const answer = (
  spec: OperationSpec,
  request: FastifyRequest,
  reply: FastifyReply,
  result: Result<unknown>,
): unknown => {
  if (!result.ok) throw new Refused(result.error);
  const value = result.value as { readonly id?: string; readonly version?: number } | undefined;
  if (value?.version !== undefined) tag(request, reply, `"${String(value.version)}"`, spec.alwaysFresh);
  else void reply.header('Cache-Control', 'no-store');
  if (spec.createsMany && value?.id === undefined) throw new OtherStatus(200, value);
  const name = (result.value as Readonly<Record<string, string>> | undefined)?.[spec.namedBy ?? 'id'];
  if ((spec.creates ?? spec.begins) && name !== undefined) {
    void reply.header('Location', `${collection(request, spec.livesIn)}/${name}`);
  }
  return result.value;
};

/** Where what was made can be read: below the route that made it, or in another collection of the same API. */
const collection = ({ url }: FastifyRequest, elsewhere?: string): string =>
  elsewhere === undefined
    ? url.replace(/\?.*$/, '').replace(/\/$/, '')
    : url.replace(/^(\/api\/v\d+)\/.*$/, `$1/${elsewhere}`);

const READS = new Set(['GET', 'HEAD']);

const tag = (request: FastifyRequest, reply: FastifyReply, etag: string, alwaysFresh = false): void => {
  if (alwaysFresh) {
    void reply.header('ETag', etag).header('Cache-Control', 'no-store');
    return;
  }
  // A 304 says of the answer what the 200 would have said, and HEAD says what GET does (RFC 9110, 13.1.2 and 15.4.5).
  void reply.header('ETag', etag).header('Cache-Control', 'private, no-cache');
  const seen = READS.has(request.method) ? (request.headers['if-none-match'] ?? '') : '';
  const matches = seen.split(',').some((text) => text.trim() === '*' || text.trim().replace(/^W\//, '') === etag);
  if (matches) throw new OtherStatus(304, undefined);
};
