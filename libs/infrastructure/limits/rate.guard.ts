import { createHash } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#domain/shared/actor';
import { OPERATION, type OperationSpec } from '#adapters/shared/http/operation';
import { networkOf, tellOrRefuse } from '#infrastructure/limits/counted';
import { Limits, type LimitClass } from '#infrastructure/limits/limits';

const CLASS_OF: Readonly<Partial<Record<OperationSpec['permission'], LimitClass>>> = {
  public: 'auth',
  'event:publish': 'events',
  'analytics:read': 'analytics',
  'analysis:read': 'analytics',
  'realization:read': 'analytics',
};

type Entered = FastifyRequest & { readonly user?: Actor };

/** Counts requests, once it is known who asks: by tenant and member or key, and by address where everybody may (SPEC 7). */
@Injectable()
export class RateGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: Limits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const spec = this.reflector.get<OperationSpec | undefined>(OPERATION, context.getHandler());
    if (!spec) return true;
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<Entered>(), http.getResponse<FastifyReply>()];
    tellOrRefuse(reply, await this.limits.take(CLASS_OF[spec.permission] ?? 'usual', whoAsks(request)));
    if (spec.countsAddress) await this.countAddress(request, reply);
    return true;
  }

  /** Guessing at one account from many addresses is as slow as at many accounts from one; the account stays open. */
  private async countAddress({ body, ip }: Entered, reply: FastifyReply): Promise<void> {
    const { email } = (body ?? {}) as { readonly email?: unknown };
    if (typeof email !== 'string') return;
    const address = createHash('sha256').update(email.toLowerCase()).digest('base64url');
    tellOrRefuse(reply, await this.limits.take('login', `${address}:${networkOf(ip)}`));
    tellOrRefuse(reply, await this.limits.take('account', address));
  }
}

const whoAsks = ({ user, ip }: Entered): string => (user ? `${user.tenantId}:${String(user.auditId)}` : networkOf(ip));
