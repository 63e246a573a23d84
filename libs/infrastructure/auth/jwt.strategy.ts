import { createSecretKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ClsService } from 'nestjs-cls';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Actor } from '#domain/shared/actor';
import { ROLES } from '#domain/shared/permissions';
import { isUuid } from '#domain/shared/text';
import { Clock } from '#application/shared/tools';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { Config } from '#infrastructure/config/config';
import type { Scope } from '#infrastructure/context/scope';

interface Claims {
  readonly sub?: unknown;
  readonly user_id?: unknown;
  readonly tenant_id?: unknown;
  readonly role?: unknown;
  readonly type?: unknown;
  readonly exp?: unknown;
}

const tokenOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** Reads an access token: HS256 only, with our issuer and audience, not expired; `user_id` stands in for a missing `sub` (000). */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    config: Config,
    private readonly cls: ClsService<Scope>,
    private readonly known: KnownTokens,
    private readonly clock: Clock,
  ) {
    super({
      jwtFromRequest: tokenOf,
      // As text it would be tried as a public key first, for every request; the types know of text and bytes only.
      secretOrKey: createSecretKey(Buffer.from(config.SECRET_KEY)) as unknown as Buffer,
      algorithms: ['HS256'],
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      ignoreExpiration: false,
      passReqToCallback: true,
    });
  }

  validate(request: IncomingMessage, claims: Claims): Actor {
    const userId = claims.sub ?? claims.user_id;
    const role = ROLES.find((known) => known === claims.role);
    // A token without an end would be good for ever.
    const { exp: ends } = claims;
    if (claims.type !== 'access' || typeof ends !== 'number' || !role || !isUuid(userId) || !isUuid(claims.tenant_id))
      throw new UnauthorizedException();
    const caller = Actor.member(claims.tenant_id.toLowerCase(), userId.toLowerCase(), role);
    if (this.cls.isActive()) this.cls.set('caller', caller);
    const token = tokenOf(request);
    if (token !== null) this.known.keep(token, caller, ends * 1000, this.clock.now().getTime());
    return caller;
  }
}
