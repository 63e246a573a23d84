import { createSecretKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ClsService } from 'nestjs-cls';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Actor } from '#domain/shared/actor';
import { ROLES } from '#domain/shared/permissions';
import { isUuid } from '#domain/shared/text';
import { CheckMember } from '#application/identity/queries/check-member';
import { Door } from '#application/shared/door';
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
  readonly sid?: unknown;
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
    private readonly door: Door,
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

  async validate(request: IncomingMessage, claims: Claims): Promise<Actor> {
    const asked = memberOf(claims);
    const checked = asked && (await this.door.send(asked));
    if (!checked?.ok || !checked.value) throw new UnauthorizedException();
    const caller = checked.value;
    if (this.cls.isActive()) this.cls.set('caller', caller);
    const token = tokenOf(request);
    if (token !== null) this.known.keep(token, caller, Number(claims.exp) * 1000, this.clock.now().getTime());
    return caller;
  }
}

/** Whom the claims speak of; `undefined` unless they are those of an access token of ours. */
const memberOf = (claims: Claims): CheckMember | undefined => {
  const userId = claims.sub ?? claims.user_id;
  const { exp: ends, tenant_id: tenantId, sid = null } = claims;
  const role = ROLES.find((known) => known === claims.role);
  // A token without an end would be good for ever.
  if (claims.type !== 'access' || typeof ends !== 'number' || !role) return undefined;
  if (!isUuid(userId) || !isUuid(tenantId) || !(sid === null || isUuid(sid))) return undefined;
  return new CheckMember(Actor.system([tenantId.toLowerCase()]), userId.toLowerCase(), role, sid);
};
