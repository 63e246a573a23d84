import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { fault, invalid, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Choosing } from '#application/identity/choosing';
import { Accounts } from '#application/identity/ports/accounts';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { Sessions } from '#application/identity/ports/sessions';

const WRONG = invalid([fault('/current_password', 'wrong', 'This is not the present password.')]);

/** Gives the caller another password, and ends all their sessions. */
export class ChangePassword extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly current: string,
    readonly chosen: string,
  ) {
    super();
  }
}

@CommandHandler(ChangePassword)
export class ChangePasswordHandler {
  constructor(
    private readonly accounts: Accounts,
    private readonly hasher: PasswordHasher,
    private readonly choosing: Choosing,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  execute(asked: ChangePassword): Promise<Result<void>> {
    return this.hasher.inTurn(() => this.change(asked));
  }

  private async change({ actor, current, chosen }: ChangePassword): Promise<Result<void>> {
    const { tenantId, userId } = actor;
    const account = userId === null || actor.keyId !== null ? undefined : await this.accounts.find(tenantId, userId);
    if (!account) return err(missing('account'));
    if (!(await this.hasher.verify(current, account.passwordHash))) return err(WRONG);
    const hash = await this.choosing.take(chosen, account.email ?? '', '/new_password');
    if (!hash.ok) return hash;
    await this.accounts.setPassword(tenantId, account.id, hash.value, true);
    await this.sessions.endAll(tenantId, account.id, this.clock.now());
    return done;
  }
}
