import { Injectable, UnauthorizedException } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ClsService } from 'nestjs-cls';
import { Strategy } from 'passport-custom';
import { isEmail } from '#domain/identity/email';
import { Actor } from '#domain/shared/actor';
import { ROLES } from '#domain/shared/permissions';
import { isUuid } from '#domain/shared/text';
import { AdmitExternal } from '#application/identity/commands/admit-external';
import { CheckMember } from '#application/identity/queries/check-member';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { bearerOf } from '#infrastructure/auth/bearer';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { Verification, type Claims, type Verified } from '#infrastructure/auth/verification';
import type { Scope } from '#infrastructure/context/scope';

/** Finds the actor whom an access token stands for, as they are now (ADR 0058, 0059). */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly verification: Verification,
    private readonly cls: ClsService<Scope>,
    private readonly known: KnownTokens,
    private readonly clock: Clock,
    private readonly door: Door,
  ) {
    super();
  }

  async validate(request: FastifyRequest): Promise<Actor> {
    const token = bearerOf(request);
    const verified = await this.verification.verify(token);
    const asked = verified && memberOf(verified);
    if (!asked) throw new UnauthorizedException();
    const checked = await this.door.send<Actor | null>(asked);
    if (!checked.ok || !checked.value) throw new UnauthorizedException();
    const caller = checked.value;
    if (this.cls.isActive()) this.cls.set('caller', caller);
    this.known.keep(token, caller, Number(verified.claims.exp) * 1000, this.clock.now().getTime());
    return caller;
  }
}

/** Whom the claims speak of; `undefined` unless they are those of an access token. */
const memberOf = ({ isOurs, claims }: Verified): CheckMember | AdmitExternal | undefined => {
  const { tenant_id: tenantId, role: named, type } = claims;
  const role = ROLES.find((known) => known === named);
  if (!role || !isUuid(tenantId)) return undefined;
  const actor = Actor.system([tenantId.toLowerCase()]);
  if (!isOurs) return type === undefined || type === 'access' ? externalOf(actor, claims, role) : undefined;
  // `user_id` stands in for a missing `sub` (000).
  const [userId, sid] = [claims.sub ?? claims.user_id, claims.sid ?? null];
  if (type !== 'access' || !isUuid(userId) || !(sid === null || isUuid(sid))) return undefined;
  return new CheckMember(actor, userId.toLowerCase(), role, sid);
};

const LONGEST_ID = 500;
const LONGEST_NAME = 200;

const externalOf = (actor: Actor, claims: Claims, role: (typeof ROLES)[number]): AdmitExternal | undefined => {
  const { iss: issuer, sub: externalId, name, email } = claims;
  if (typeof externalId !== 'string' || externalId === '' || externalId.length > LONGEST_ID) return undefined;
  const called = typeof name === 'string' && name !== '' ? name : externalId;
  return new AdmitExternal(actor, {
    ...{ issuer: String(issuer), externalId, role, name: called.slice(0, LONGEST_NAME) },
    email: isEmail(email) ? email : null,
  });
};
