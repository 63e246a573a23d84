import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { done, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Sessions } from '#application/identity/ports/sessions';

/** Ends the session that the actor has come in by; a token without one ends by itself. */
export class LogOut extends Command<Result<void>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@CommandHandler(LogOut)
export class LogOutHandler {
  constructor(
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  async execute({ actor }: LogOut): Promise<Result<void>> {
    if (actor.sessionId !== null) await this.sessions.end(actor.tenantId, actor.sessionId, 'logout', this.clock.now());
    return done;
  }
}
