import type { Provider, Type } from '@nestjs/common';
import { Choosing } from '#application/identity/choosing';
import { AdmitExternalHandler } from '#application/identity/commands/admit-external';
import { ChangePasswordHandler } from '#application/identity/commands/change-password';
import { ConfirmEmailHandler } from '#application/identity/commands/confirm-email';
import { LogInHandler } from '#application/identity/commands/log-in';
import { LogOutHandler } from '#application/identity/commands/log-out';
import { RefreshHandler } from '#application/identity/commands/refresh';
import { RegisterHandler } from '#application/identity/commands/register';
import { UseKeyHandler } from '#application/identity/commands/use-key';
import { Members } from '#application/identity/contract';
import { Accounts } from '#application/identity/ports/accounts';
import { AccountMail } from '#application/identity/ports/account-mail';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { Principals } from '#application/identity/ports/principals';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import { Sessions } from '#application/identity/ports/sessions';
import { CheckMemberHandler } from '#application/identity/queries/check-member';
import { FindAccountHandler } from '#application/identity/queries/find-account';
import { GetMeHandler } from '#application/identity/queries/get-me';
import { SigningIn } from '#application/identity/signing-in';
import { AcceptInvitationHandler } from '#application/identity/commands/accept-invitation';
import { CreateApiKeyHandler } from '#application/identity/commands/create-api-key';
import { EditTenantHandler } from '#application/identity/commands/edit-tenant';
import { EditUserHandler } from '#application/identity/commands/edit-user';
import { InviteHandler } from '#application/identity/commands/invite';
import { RemoveUserHandler } from '#application/identity/commands/remove-user';
import { RevokeApiKeyHandler } from '#application/identity/commands/revoke-api-key';
import { GetApiKeyHandler } from '#application/identity/queries/get-api-key';
import { GetInvitationHandler } from '#application/identity/queries/get-invitation';
import { GetTenantHandler } from '#application/identity/queries/get-tenant';
import { GetUserHandler } from '#application/identity/queries/get-user';
import { ListApiKeysHandler } from '#application/identity/queries/list-api-keys';
import { ListUsersHandler } from '#application/identity/queries/list-users';
import { ApiKeys } from '#application/identity/ports/api-keys';
import { Invitations } from '#application/identity/ports/invitations';
import { MemberRepository } from '#application/identity/ports/member-repository';
import { Secrets } from '#application/identity/ports/secrets';
import { Tenants } from '#application/identity/ports/tenants';
import { Clock, Ids } from '#application/shared/tools';
import { AuthController } from '#adapters/identity/http/auth.controller';
import { SqlAccounts } from '#adapters/identity/persistence/sql-accounts';
import { SqlIdentityReadModel } from '#adapters/identity/persistence/sql-identity-read-model';
import { SqlMembers } from '#adapters/identity/persistence/sql-members';
import { SqlPrincipals } from '#adapters/identity/persistence/sql-principals';
import { SqlSessions } from '#adapters/identity/persistence/sql-sessions';
import { ApiKeysController } from '#adapters/identity/http/api-keys.controller';
import { InvitationsController } from '#adapters/identity/http/invitations.controller';
import { TenantController } from '#adapters/identity/http/tenant.controller';
import { UsersController } from '#adapters/identity/http/users.controller';
import { SqlApiKeys } from '#adapters/identity/persistence/sql-api-keys';
import { SqlInvitations } from '#adapters/identity/persistence/sql-invitations';
import { SqlTenants } from '#adapters/identity/persistence/sql-tenants';
import { TypeOrmMemberRepository } from '#adapters/identity/persistence/typeorm-member-repository';
import { Database } from '#adapters/shared/persistence/database';
import { ArgonHasher } from '#infrastructure/auth/argon-hasher';
import { OwnTokens } from '#infrastructure/auth/own-tokens';
import { RandomSecrets } from '#infrastructure/auth/random-secrets';
import { Config } from '#infrastructure/config/config';
import { AccountLetters } from '#infrastructure/mail/account-letters';
import { SmtpChannel } from '#infrastructure/mail/smtp-channel';

const commands = [
  RegisterHandler,
  LogInHandler,
  RefreshHandler,
  LogOutHandler,
  ChangePasswordHandler,
  ConfirmEmailHandler,
  UseKeyHandler,
  AdmitExternalHandler,
  InviteHandler,
  AcceptInvitationHandler,
  EditUserHandler,
  RemoveUserHandler,
  EditTenantHandler,
  CreateApiKeyHandler,
  RevokeApiKeyHandler,
];

const queries = [
  FindAccountHandler,
  CheckMemberHandler,
  GetMeHandler,
  ListUsersHandler,
  GetUserHandler,
  GetInvitationHandler,
  GetTenantHandler,
  ListApiKeysHandler,
  GetApiKeyHandler,
];

const ports: Provider[] = [
  { provide: Members, useClass: SqlMembers },
  { provide: Accounts, useClass: SqlAccounts },
  { provide: Sessions, useClass: SqlSessions },
  { provide: Principals, useClass: SqlPrincipals },
  { provide: IdentityReadModel, useClass: SqlIdentityReadModel },
  { provide: PasswordHasher, useClass: ArgonHasher },
  { provide: SessionTokens, useClass: OwnTokens },
  { provide: MemberRepository, useClass: TypeOrmMemberRepository },
  { provide: Invitations, useClass: SqlInvitations },
  { provide: Tenants, useClass: SqlTenants },
  { provide: ApiKeys, useClass: SqlApiKeys },
  { provide: Secrets, useClass: RandomSecrets },
  {
    provide: AccountMail,
    inject: [SmtpChannel, Database, Clock, Ids],
    useFactory: (...[channel, db, clock, ids]: ConstructorParameters<typeof AccountLetters>) =>
      new AccountLetters(channel, db, clock, ids),
  },
];

const services: Provider[] = [
  {
    provide: SigningIn,
    inject: [Sessions, SessionTokens, Clock, Ids, Config],
    useFactory: (sessions: Sessions, tokens: SessionTokens, clock: Clock, ids: Ids, config: Config) =>
      new SigningIn(sessions, tokens, clock, ids, {
        accessSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
        sessionSeconds: config.REFRESH_TOKEN_TTL_SECONDS,
      }),
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
  controllers: [AuthController, InvitationsController, UsersController, TenantController, ApiKeysController] as Type[],
};
