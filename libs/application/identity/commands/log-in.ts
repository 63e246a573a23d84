import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Accounts, type Account } from '#application/identity/ports/accounts';
import { AccountMail } from '#application/identity/ports/account-mail';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import { SigningIn } from '#application/identity/signing-in';
import type { TokensView } from '#application/identity/views';

/**
 * Lets a member in by their password; `null` when they may not come in, for whatever reason. What is done does not depend on the
 * reason: an address that is nobody's is looked up and its password is verified like any other.
 */
export class LogIn extends Command<Result<TokensView | null>> {
  constructor(
    readonly actor: Actor,
    readonly userId: string,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(LogIn)
export class LogInHandler {
  constructor(
    private readonly accounts: Accounts,
    private readonly hasher: PasswordHasher,
    private readonly signingIn: SigningIn,
    private readonly tokens: SessionTokens,
    private readonly mail: AccountMail,
  ) {}

  execute(asked: LogIn): Promise<Result<TokensView | null>> {
    return this.hasher.inTurn(() => this.letIn(asked));
  }

  private async letIn({ actor, userId, password }: LogIn): Promise<Result<TokensView | null>> {
    const account = await this.accounts.find(actor.tenantId, userId);
    const hash = account?.passwordHash ?? null;
    const isRight = await this.hasher.verify(password, hash);
    if (!isRight || !account?.isActive || !this.isConfirmed(account)) return ok(null);
    if (hash !== null && this.hasher.isOutdated(hash))
      await this.accounts.setPassword(account.tenantId, userId, await this.hasher.hash(password), false);
    return ok(await this.signingIn.begin(account.tenantId, userId, account.role));
  }

  private isConfirmed({ tenantId, id: userId, email, isConfirmed }: Account): boolean {
    if (isConfirmed || !this.mail.isOn) return true;
    if (email !== null) this.mail.confirm(email, this.tokens.confirmation({ tenantId, userId, email }));
    return false;
  }
}
