import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ClsService } from 'nestjs-cls';
import type { Actor } from '#domain/shared/actor';
import { Clock } from '#application/shared/tools';
import { PUBLIC } from '#adapters/shared/http/public';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import type { Scope } from '#infrastructure/context/scope';

type Entering = FastifyRequest & { user?: Actor };

const BEARER = /^bearer +(\S+)$/i;

/** Everything is closed but what says it is public. What a member may do beyond entering is the handler's question. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly known: KnownTokens,
    private readonly cls: ClsService<Scope>,
    private readonly clock: Clock,
  ) {
    super();
  }

  override canActivate(
    context: ExecutionContext,
  ): ReturnType<InstanceType<ReturnType<typeof AuthGuard>>['canActivate']> {
    const open = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (open === true || context.getType() !== 'http') return true;
    return this.isKnown(context.switchToHttp().getRequest<Entering>()) || super.canActivate(context);
  }

  private isKnown(request: Entering): boolean {
    const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    const actor = token === undefined ? undefined : this.known.actorOf(token, this.clock.now().getTime());
    if (!actor) return false;
    request.user = actor;
    this.cls.set('caller', actor);
    return true;
  }
}
