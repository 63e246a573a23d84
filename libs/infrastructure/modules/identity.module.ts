import type { Provider, Type } from '@nestjs/common';
import { Choosing } from '#application/identity/choosing';
import { ChangePasswordHandler } from '#application/identity/commands/change-password';
import { ConfirmEmailHandler } from '#application/identity/commands/confirm-email';
import { LogInHandler } from '#application/identity/commands/log-in';
import { LogOutHandler } from '#application/identity/commands/log-out';
import { RefreshHandler } from '#application/identity/commands/refresh';
import { RegisterHandler } from '#application/identity/commands/register';
import { UseKeyHandler } from '#application/identity/commands/use-key';
import { Members } from '#application/identity/contract';
import { Accounts } from '#application/identity/ports/accounts';
import { ConfirmationMail } from '#application/identity/ports/confirmation-mail';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { Principals } from '#application/identity/ports/principals';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import { Sessions } from '#application/identity/ports/sessions';
import { CheckMemberHandler } from '#application/identity/queries/check-member';
import { FindAccountHandler } from '#application/identity/queries/find-account';
import { GetMeHandler } from '#application/identity/queries/get-me';
import { SigningIn } from '#application/identity/signing-in';
import { Clock, Ids } from '#application/shared/tools';
import { AuthController } from '#adapters/identity/http/auth.controller';
import { SqlAccounts } from '#adapters/identity/persistence/sql-accounts';
import { SqlIdentityReadModel } from '#adapters/identity/persistence/sql-identity-read-model';
import { SqlMembers } from '#adapters/identity/persistence/sql-members';
import { SqlPrincipals } from '#adapters/identity/persistence/sql-principals';
import { SqlSessions } from '#adapters/identity/persistence/sql-sessions';
import { Database } from '#adapters/shared/persistence/database';
import { ArgonHasher } from '#infrastructure/auth/argon-hasher';
import { OwnTokens } from '#infrastructure/auth/own-tokens';
import { Config } from '#infrastructure/config/config';
import { ConfirmationLetters } from '#infrastructure/mail/confirmation-letters';
import { SmtpChannel } from '#infrastructure/mail/smtp-channel';

const commands = [
  RegisterHandler,
  LogInHandler,
  RefreshHandler,
  LogOutHandler,
  ChangePasswordHandler,
  ConfirmEmailHandler,
  UseKeyHandler,
];

const queries = [FindAccountHandler, CheckMemberHandler, GetMeHandler];

const ports: Provider[] = [
  { provide: Members, useClass: SqlMembers },
  { provide: Accounts, useClass: SqlAccounts },
  { provide: Sessions, useClass: SqlSessions },
  { provide: Principals, useClass: SqlPrincipals },
  { provide: IdentityReadModel, useClass: SqlIdentityReadModel },
  { provide: PasswordHasher, useClass: ArgonHasher },
  { provide: SessionTokens, useClass: OwnTokens },
  {
    provide: ConfirmationMail,
    inject: [SmtpChannel, Database, Clock, Ids],
    useFactory: (...[channel, db, clock, ids]: ConstructorParameters<typeof ConfirmationLetters>) =>
      new ConfirmationLetters(channel, db, clock, ids),
  },
];

const services: Provider[] = [
  {
    provide: SigningIn,
    inject: [Sessions, SessionTokens, Clock, Ids],
    useFactory: (...[sessions, tokens, clock, ids]: ConstructorParameters<typeof SigningIn>) =>
      new SigningIn(sessions, tokens, clock, ids),
  },
  {
    provide: Choosing,
    inject: [PasswordHasher, Config],
    useFactory: (hasher: PasswordHasher, config: Config) => new Choosing(hasher, config.PASSWORD_MIN_LENGTH),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const identity = {
  providers: [...commands, ...queries, ...ports, ...services] as Provider[],
  controllers: [AuthController] as Type[],
};
