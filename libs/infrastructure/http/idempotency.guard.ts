import { createHash } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ClsService } from 'nestjs-cls';
import { OPERATION, type OperationSpec } from '#adapters/shared/http/operation';
import { Refused } from '#adapters/shared/http/problem';
import type { IdempotentRequest, Scope } from '#infrastructure/context/scope';

const KEY = /^[\x21-\x7e]{1,200}$/;

type Keyed = FastifyRequest & { idempotent?: IdempotentRequest };

/** Takes the Idempotency-Key of a creating request along, for the door to act on. */
@Injectable()
export class IdempotencyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly cls: ClsService<Scope>,
  ) {}

  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<Keyed>();
    if (context.getType() !== 'http' || request.headers['idempotency-key'] === undefined) return true;
    const spec = this.reflector.get<OperationSpec | undefined>(OPERATION, context.getHandler());
    if (!spec?.creates || spec.answersSecret) return true;
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw Refused.http(400, 'idempotency-key.malformed', 'Idempotency-Key takes 1 to 200 visible characters.');
    }
    const idempotent: IdempotentRequest = { key, hash: hashOf(request), taken: false, replayed: false };
    this.cls.set('idempotent', idempotent);
    request.idempotent = idempotent;
    return true;
  }
}

/** Says of an answer that it is one of before. */
export const tellReplays = (fastify: FastifyInstance): void => {
  fastify.addHook('onSend', (request: Keyed, reply, _payload, done) => {
    if (request.idempotent?.replayed) void reply.header('Idempotency-Replayed', 'true');
    done();
  });
};

const hashOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest('hex');
