import { Injectable } from '@nestjs/common';
import { createSigner, createVerifier } from 'fast-jwt';
import { isUuid } from '#domain/shared/text';
import type { Confirmation, RefreshToken, SessionTokens, SignedIn } from '#application/identity/ports/session-tokens';
import { Clock } from '#application/shared/tools';
import { Tokens } from '#infrastructure/auth/tokens';
import { Config } from '#infrastructure/config/config';

const THREE_DAYS_S = 3 * 86_400;

type Claims = Readonly<Record<string, unknown>>;

/**
 * Tokens that only this service reads: signed with SECRET_KEY whatever signs access tokens. A refresh token holds nothing but what
 * its session's row says, so that the same generation is the same text (ADR 0058).
 */
@Injectable()
export class OwnTokens implements SessionTokens {
  private readonly sign: (claims: Claims) => string;
  private readonly verify: (text: string) => unknown;

  constructor(
    config: Config,
    private readonly tokens: Tokens,
    private readonly clock: Clock,
  ) {
    const { SECRET_KEY: key, JWT_ISSUER: issuer } = config;
    // Not what access tokens are for, so that neither is ever taken for the other.
    const audience = `${issuer}/identity`;
    const sign = createSigner({ key, algorithm: 'HS256', noTimestamp: true });
    this.sign = (claims) => sign({ ...claims, iss: issuer, aud: audience });
    this.verify = createVerifier({ key, algorithms: ['HS256'], allowedIss: issuer, allowedAud: audience });
  }

  access(member: SignedIn, seconds: number): string {
    return this.tokens.access(member, seconds);
  }

  refresh({ tenantId, userId, sessionId, generation, expiresAt }: RefreshToken): string {
    const exp = Math.floor(expiresAt.getTime() / 1000);
    return this.sign({ sub: userId, tenant_id: tenantId, type: 'refresh', sid: sessionId, gen: generation, exp });
  }

  readRefresh(text: string): RefreshToken | undefined {
    const claims = this.read(text, 'refresh');
    const { sub: userId, tenant_id: tenantId, sid: sessionId, gen: generation, exp } = claims ?? {};
    if (!isUuid(userId) || !isUuid(tenantId) || !isUuid(sessionId) || !Number.isSafeInteger(generation))
      return undefined;
    return { userId, tenantId, sessionId, generation: generation as number, expiresAt: new Date(Number(exp) * 1000) };
  }

  confirmation({ tenantId, userId, email }: Confirmation): string {
    const exp = Math.floor(this.clock.now().getTime() / 1000) + THREE_DAYS_S;
    return this.sign({ sub: userId, tenant_id: tenantId, type: 'confirmation', email, exp });
  }

  readConfirmation(text: string): Confirmation | undefined {
    const { sub: userId, tenant_id: tenantId, email } = this.read(text, 'confirmation') ?? {};
    return isUuid(userId) && isUuid(tenantId) && typeof email === 'string' ? { userId, tenantId, email } : undefined;
  }

  private read(text: string, type: string): Claims | undefined {
    try {
      const claims = this.verify(text) as Claims;
      return claims.type === type && typeof claims.exp === 'number' ? claims : undefined;
    } catch {
      // Whatever is wrong with it, it is none of ours.
      return undefined;
    }
  }
}
