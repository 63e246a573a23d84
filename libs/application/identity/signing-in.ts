import type { Role } from '#domain/shared/permissions';
import { type Clock, type Ids } from '#application/shared/tools';
import { type SessionTokens } from '#application/identity/ports/session-tokens';
import { type Sessions, type SessionOf } from '#application/identity/ports/sessions';
import type { TokensView } from '#application/identity/views';

/** How long an access token is good, and a session however often it is refreshed. */
export interface Lives {
  readonly accessSeconds: number;
  readonly sessionSeconds: number;
}

/** Lets a member in, and in again: a session and its tokens (ADR 0058). */
export class SigningIn {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: SessionTokens,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly lives: Lives,
  ) {}

  async begin(tenantId: string, userId: string, role: Role): Promise<TokensView> {
    const [id, now] = [this.ids.next(), this.clock.now()];
    const expiresAt = new Date(now.getTime() + this.lives.sessionSeconds * 1000);
    await this.sessions.begin(tenantId, userId, id, expiresAt);
    return this.tokensOf(tenantId, { id, userId, role, generation: 1, rotatedAt: now, expiresAt, isOver: false });
  }

  tokensOf(tenantId: string, { id, userId, role, generation, expiresAt }: SessionOf): TokensView {
    const member = { tenantId, userId, sessionId: id };
    return {
      access_token: this.tokens.access({ ...member, role }, this.lives.accessSeconds),
      refresh_token: this.tokens.refresh({ ...member, generation, expiresAt }),
      token_type: 'Bearer',
      expires_in: this.lives.accessSeconds,
    };
  }
}
