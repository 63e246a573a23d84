import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClsService } from 'nestjs-cls';
import { finalize, type Observable } from 'rxjs';
import { OPERATION, type OperationSpec } from '#adapters/shared/http/operation';
import { Refused } from '#adapters/shared/http/problem';
import type { IdempotentRequest, Scope } from '#infrastructure/context/scope';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Takes the Idempotency-Key of a creating request along, for the door to act on. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly cls: ClsService<Scope>,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = this.reflector.get<OperationSpec | undefined>(OPERATION, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = spec?.creates ? request.headers['idempotency-key'] : undefined;
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw Refused.http(400, 'idempotency-key.malformed', 'Idempotency-Key takes 1 to 200 visible characters.');
    }
    const idempotent: IdempotentRequest = { key, hash: hashOf(request), taken: false, replayed: false };
    this.cls.set('idempotent', idempotent);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      finalize(() => {
        if (idempotent.replayed) void reply.header('Idempotency-Replayed', 'true');
      }),
    );
  }
}

const hashOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest('hex');
