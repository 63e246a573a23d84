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

  access(member: { userId: string; tenantId: string; role: Role }, seconds: number): string {
    return this.jwt.sign(
      { tenant_id: member.tenantId, role: member.role, type: 'access' },
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
