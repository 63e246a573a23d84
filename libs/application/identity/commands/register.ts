import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Choosing } from '#application/identity/choosing';
import { Accounts } from '#application/identity/ports/accounts';
import { AccountMail } from '#application/identity/ports/account-mail';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import { SigningIn } from '#application/identity/signing-in';
import type { RegisteredView } from '#application/identity/views';

const NO_TOKENS = { access_token: null, refresh_token: null, token_type: 'Bearer', expires_in: null };

/** Makes a tenant and its Owner: the actor, whose ids are new. */
export class Register extends Command<Result<RegisteredView>> {
  constructor(
    readonly actor: Actor,
    readonly asked: Readonly<Record<'email' | 'password' | 'name' | 'tenant_name', string>>,
  ) {
    super();
  }
}

@CommandHandler(Register)
export class RegisterHandler {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly choosing: Choosing,
    private readonly accounts: Accounts,
    private readonly signingIn: SigningIn,
    private readonly tokens: SessionTokens,
    private readonly mail: AccountMail,
  ) {}

  execute(command: Register): Promise<Result<RegisteredView>> {
    return this.hasher.inTurn(() => this.register(command));
  }

  private async register({ actor, asked }: Register): Promise<Result<RegisteredView>> {
    const { email, name, tenant_name } = asked;
    const hash = await this.choosing.take(asked.password, email);
    if (!hash.ok) return hash;
    const [{ tenantId }, userId, role] = [actor, String(actor.userId), 'Owner'] as const;
    const isConfirmed = !this.mail.isOn;
    await this.accounts.addTenant(tenantId, tenant_name);
    const account = { tenantId, id: userId, email, name, role, passwordHash: hash.value, isConfirmed };
    if (!(await this.accounts.add(account)))
      return err(conflict('email.taken', 'There is an account with this address already.'));
    if (!isConfirmed) this.mail.confirm(email, this.tokens.confirmation({ tenantId, userId, email }));
    const tokens = isConfirmed ? await this.signingIn.begin(tenantId, userId, role) : NO_TOKENS;
    return ok({ user_id: userId, email, name, role, tenant_id: tenantId, tenant_name, ...tokens });
  }
}
