import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Role } from '#domain/shared/permissions';
import { Ids } from '#application/shared/tools';
import { Config } from '#infrastructure/config/config';

/** Mints access tokens. */
@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly config: Config,
    private readonly ids: Ids,
  ) {}

  /** `sessionId`: of the login that it comes from; without one it is good until it ends. */
  access(member: { userId: string; tenantId: string; role: Role; sessionId?: string }, seconds: number): string {
    const { tenantId, role, sessionId } = member;
    return this.jwt.sign(
      { tenant_id: tenantId, role, type: 'access', ...(sessionId !== undefined && { sid: sessionId }) },
      {
        secret: this.config.SECRET_KEY,
        algorithm: 'HS256',
        subject: member.userId,
        issuer: this.config.JWT_ISSUER,
        audience: this.config.JWT_AUDIENCE,
        jwtid: this.ids.next(),
        expiresIn: seconds,
      },
    );
  }
}
