import { Command, CommandHandler } from '@nestjs/cqrs';
import { worthOf } from '#domain/identity/session';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import type { RefreshToken } from '#application/identity/ports/session-tokens';
import { Sessions } from '#application/identity/ports/sessions';
import { SigningIn } from '#application/identity/signing-in';
import type { TokensView } from '#application/identity/views';

/** Gives the successor of a refresh token, or `null`: the end of a session whose token was used twice is to stay (ADR 0058). */
export class Refresh extends Command<Result<TokensView | null>> {
  constructor(
    readonly actor: Actor,
    readonly token: RefreshToken,
  ) {
    super();
  }
}

@CommandHandler(Refresh)
export class RefreshHandler {
  constructor(
    private readonly sessions: Sessions,
    private readonly signingIn: SigningIn,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, token }: Refresh): Promise<Result<TokensView | null>> {
    const [{ tenantId }, { sessionId, generation }, now] = [actor, token, this.clock.now()];
    const rotated = await this.sessions.rotate(tenantId, sessionId, generation, now);
    if (rotated) return ok(this.signingIn.tokensOf(tenantId, rotated));
    const session = await this.sessions.find(tenantId, sessionId);
    const worth = session ? worthOf(session, generation, now) : 'worthless';
    if (worth === 'reused') await this.sessions.end(tenantId, sessionId, 'reuse', now);
    return ok(session && worth === 'late' ? this.signingIn.tokensOf(tenantId, session) : null);
  }
}
