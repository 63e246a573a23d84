import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ClaimedActionsView } from '#application/workflows/enrollment-views';
import { PendingActions, type Claim } from '#application/workflows/ports/pending-actions';

/** Hands due steps to an engine, each under a lease (SPEC 4.4). */
export class ClaimActions extends Command<Result<ClaimedActionsView>> {
  constructor(
    readonly actor: Actor,
    readonly claim: Omit<Claim, 'by'>,
  ) {
    super();
  }
}

@CommandHandler(ClaimActions)
export class ClaimActionsHandler {
  constructor(private readonly actions: PendingActions) {}

  async execute({ actor, claim }: ClaimActions): Promise<Result<ClaimedActionsView>> {
    if (!actor.may('action:execute')) return err(forbidden('action:execute'));
    return ok({ items: await this.actions.claim(actor.tenantId, { ...claim, by: actor.userId }) });
  }
}
