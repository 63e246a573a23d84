import { Command, CommandHandler } from '@nestjs/cqrs';
import type { SecretOf } from '#domain/identity/secret-text';
import type { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { Ids } from '#application/shared/tools';
import { Choosing } from '#application/identity/choosing';
import { Accounts } from '#application/identity/ports/accounts';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import { Invitations } from '#application/identity/ports/invitations';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { Secrets } from '#application/identity/ports/secrets';
import type { UserView } from '#application/identity/views';

/** Makes the account that somebody was invited to; `null` when the invitation is not good, or not any more. */
export class AcceptInvitation extends Command<Result<UserView | null>> {
  constructor(
    readonly actor: Actor,
    readonly of: SecretOf,
    readonly name: string,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(AcceptInvitation)
export class AcceptInvitationHandler {
  constructor(
    private readonly invitations: Invitations,
    private readonly secrets: Secrets,
    private readonly hasher: PasswordHasher,
    private readonly choosing: Choosing,
    private readonly accounts: Accounts,
    private readonly shown: IdentityReadModel,
    private readonly ids: Ids,
  ) {}

  execute(asked: AcceptInvitation): Promise<Result<UserView | null>> {
    return this.hasher.inTurn(() => this.accept(asked));
  }

  private async accept({ of, name, password }: AcceptInvitation): Promise<Result<UserView | null>> {
    const { tenantId } = of;
    const taken = await this.invitations.take(tenantId, of.id, this.secrets.hashOf(of.secret));
    if (!taken) return ok(null);
    const hash = await this.choosing.take(password, taken.email);
    if (!hash.ok) return hash;
    const id = this.ids.next();
    const account = { tenantId, id, ...taken, name, passwordHash: hash.value, isConfirmed: true };
    if (!(await this.accounts.add(account)))
      return err(conflict('email.taken', 'There is an account with this address already.'));
    return ok(existing((await this.shown.user(tenantId, id)) ?? null));
  }
}
