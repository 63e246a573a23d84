import { Command, CommandHandler } from '@nestjs/cqrs';
import { mayGive } from '#domain/identity/member';
import { invitationText } from '#domain/identity/secret-text';
import type { Actor } from '#domain/shared/actor';
import { conflict, forbidden } from '#domain/shared/errors';
import type { Role } from '#domain/shared/permissions';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { AccountMail } from '#application/identity/ports/account-mail';
import { Invitations } from '#application/identity/ports/invitations';
import { MemberRepository } from '#application/identity/ports/member-repository';
import { Secrets } from '#application/identity/ports/secrets';
import type { InvitationView } from '#application/identity/views';

const SEVEN_DAYS_MS = 7 * 86_400_000;

/** Asks somebody to join the tenant in a role; whether the address has an account elsewhere is not told. */
export class Invite extends Command<Result<InvitationView>> {
  constructor(
    readonly actor: Actor,
    readonly email: string,
    readonly role: Role,
  ) {
    super();
  }
}

@CommandHandler(Invite)
export class InviteHandler {
  constructor(
    private readonly members: MemberRepository,
    private readonly invitations: Invitations,
    private readonly secrets: Secrets,
    private readonly mail: AccountMail,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, email, role }: Invite): Promise<Result<InvitationView>> {
    if (!actor.may('user:create')) return err(forbidden('user:create'));
    const [{ tenantId }, given] = [actor, mayGive(role, actor)];
    if (!given.ok) return given;
    if (await this.members.hasEmail(tenantId, email))
      return err(conflict('email.taken', 'There is a member with this address already.'));
    const [id, secret, expiresAt] = [this.ids.next(), this.secrets.make(), this.inSevenDays()];
    await this.invitations.add({ tenantId, id, email, role, secretHash: this.secrets.hashOf(secret), expiresAt });
    const token = invitationText({ tenantId, id, secret });
    if (this.mail.isOn) this.mail.invite(email, token);
    const invitation = existing((await this.invitations.find(tenantId, id)) ?? null);
    return ok({ ...invitation, token: this.mail.isOn ? null : token });
  }

  private inSevenDays(): Date {
    return new Date(this.clock.now().getTime() + SEVEN_DAYS_MS);
  }
}
