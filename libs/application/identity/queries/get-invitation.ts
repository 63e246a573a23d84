import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Invitations } from '#application/identity/ports/invitations';
import type { InvitationView } from '#application/identity/views';

/** An invitation as it stands, without its token. */
export class GetInvitation extends Query<Result<InvitationView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetInvitation)
export class GetInvitationHandler {
  constructor(private readonly invitations: Invitations) {}

  async execute({ actor, id }: GetInvitation): Promise<Result<InvitationView>> {
    if (!actor.may('user:read')) return err(forbidden('user:read'));
    const invitation = await this.invitations.find(actor.tenantId, id);
    return invitation ? ok(invitation) : err(missing('invitation'));
  }
}
