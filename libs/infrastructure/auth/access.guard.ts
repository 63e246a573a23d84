import { createHash } from 'node:crypto';
import { Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClsService } from 'nestjs-cls';
import { readApiKey } from '#domain/identity/secret-text';
import { Actor } from '#domain/shared/actor';
import { UseKey } from '#application/identity/commands/use-key';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { PUBLIC } from '#adapters/shared/http/public';
import { bearerOf } from '#infrastructure/auth/bearer';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { networkOf, tellOrRefuse } from '#infrastructure/limits/counted';
import { Limits } from '#infrastructure/limits/limits';
import type { Scope } from '#infrastructure/context/scope';

type Entering = FastifyRequest & { user?: Actor };

/** Everything is closed but what says it is public. What a member may do beyond entering is the handler's question. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly known: KnownTokens,
    private readonly cls: ClsService<Scope>,
    private readonly clock: Clock,
    private readonly door: Door,
    private readonly limits: Limits,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const open = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (open === true || context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<Entering>();
    const token = bearerOf(request);
    const actor = this.known.actorOf(token, this.clock.now().getTime()) ?? (await this.byKey(token));
    if (!actor) return this.byToken(context);
    request.user = actor;
    this.cls.set('caller', actor);
    return true;
  }

  /** Who shows what is not good is counted by their address. */
  private async byToken(context: ExecutionContext): Promise<boolean> {
    try {
      return (await super.canActivate(context)) as boolean;
    } catch (failure) {
      const http = context.switchToHttp();
      const isRefusal = failure instanceof UnauthorizedException;
      const who = networkOf(http.getRequest<Entering>().ip);
      if (isRefusal) tellOrRefuse(http.getResponse<FastifyReply>(), await this.limits.take('auth', who));
      throw failure;
    }
  }

  private async byKey(text: string): Promise<Actor | undefined> {
    const key = readApiKey(text);
    if (!key) return undefined;
    const hash = createHash('sha256').update(key.secret).digest();
    const used = await this.door.send(new UseKey(Actor.system([key.tenantId]), key.id, hash));
    if (!used.ok || !used.value) return undefined;
    const { actor, expiresAt } = used.value;
    this.known.keep(text, actor, expiresAt?.getTime() ?? Infinity, this.clock.now().getTime());
    return actor;
  }
}
