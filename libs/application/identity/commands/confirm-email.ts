import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { done, type Result } from '#domain/shared/result';
import { Accounts } from '#application/identity/ports/accounts';
import type { Confirmation } from '#application/identity/ports/session-tokens';

/** Takes an address as confirmed; a second time changes nothing. */
export class ConfirmEmail extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly confirmation: Confirmation,
  ) {
    super();
  }
}

@CommandHandler(ConfirmEmail)
export class ConfirmEmailHandler {
  constructor(private readonly accounts: Accounts) {}

  async execute({ confirmation: { tenantId, userId, email } }: ConfirmEmail): Promise<Result<void>> {
    await this.accounts.confirm(tenantId, userId, email);
    return done;
  }
}
