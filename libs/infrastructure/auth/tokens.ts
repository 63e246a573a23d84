import { Injectable } from '@nestjs/common';
import { createSigner } from 'fast-jwt';
import type { Role } from '#domain/shared/permissions';
import { Ids } from '#application/shared/tools';
import { SigningKey } from '#infrastructure/auth/signing-key';
import { Config } from '#infrastructure/config/config';

/** Mints access tokens. */
@Injectable()
export class Tokens {
  private readonly sign: (claims: object) => string;

  constructor(
    key: SigningKey,
    private readonly config: Config,
    private readonly ids: Ids,
  ) {
    const [own] = key.published;
    this.sign =
      key.privatePem && own
        ? createSigner({ key: key.privatePem, algorithm: own.algorithm, kid: own.kid })
        : createSigner({ key: key.secret, algorithm: 'HS256' });
  }

  /** `sessionId`: of the login that it comes from; without one it is good until it ends. */
  access(member: { userId: string; tenantId: string; role: Role; sessionId?: string }, seconds: number): string {
    const { tenantId, role, sessionId } = member;
    const now = Math.floor(Date.now() / 1000);
    return this.sign({
      ...{ tenant_id: tenantId, role, type: 'access', ...(sessionId !== undefined && { sid: sessionId }) },
      ...{ sub: member.userId, iss: this.config.JWT_ISSUER, aud: this.config.JWT_AUDIENCE, jti: this.ids.next() },
      ...{ iat: now, exp: now + seconds },
    });
  }
}
