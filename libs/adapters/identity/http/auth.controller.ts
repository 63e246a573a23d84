import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Counter } from 'prom-client';
import { Actor } from '#domain/shared/actor';
import { map, type Result } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import { Ids } from '#application/shared/tools';
import { ChangePassword } from '#application/identity/commands/change-password';
import { ConfirmEmail } from '#application/identity/commands/confirm-email';
import { LogIn } from '#application/identity/commands/log-in';
import { LogOut } from '#application/identity/commands/log-out';
import { Refresh } from '#application/identity/commands/refresh';
import { Register } from '#application/identity/commands/register';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import { FindAccount } from '#application/identity/queries/find-account';
import { GetMe } from '#application/identity/queries/get-me';
import { meView, registeredView, tokensView } from '#application/identity/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller } from '#adapters/shared/http/parameters';
import { Refused } from '#adapters/shared/http/problem';
import {
  ChangePasswordBody,
  LogInBody,
  RefreshBody,
  RegisterBody,
  VerifyEmailBody,
} from '#adapters/identity/http/auth.bodies';

const BUSY = { 503: 'Too many passwords are being checked, or the database is away; try again after `Retry-After`.' };

const registrations = new Counter({ name: 'auth_registrations_total', help: 'Tenants made with their Owner.' });

const logins = new Counter({
  name: 'auth_logins_total',
  help: 'Attempts to log in: let in, turned away, or not judged because passwords or the database could not be asked.',
  labelNames: ['outcome'],
});
for (const outcome of ['ok', 'refused', 'unavailable']) logins.inc({ outcome }, 0);

/** Nobody is told which of the reasons it was. */
const letIn = <T>(result: Result<T | null>, code: string, message: string): Result<T> =>
  map(result, (value) => {
    if (value === null) throw Refused.http(401, code, message);
    return value;
  });

@ApiTags('Identity')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly door: Door,
    private readonly tokens: SessionTokens,
    private readonly ids: Ids,
  ) {}

  @Operation({
    id: 'register',
    summary: 'Make a tenant and its Owner.',
    description:
      'Where the installation sends mail, the address has to be confirmed first: then the tokens are `null`, and a letter is under way.',
    permission: 'public',
    answers: registeredView,
    creates: true,
    answersSecret: true,
    livesIn: 'users',
    namedBy: 'user_id',
    errors: { ...BUSY, 409: 'There is an account with this address already.' },
  })
  @Post('register')
  async register(@Body() body: RegisterBody) {
    const result = await this.door.send(new Register(Actor.member(this.ids.next(), this.ids.next(), 'Owner'), body));
    if (result.ok) registrations.inc();
    return result;
  }

  @Operation({
    id: 'logIn',
    summary: 'Get tokens for an address and its password.',
    description: 'The answer is the same whatever is wrong.',
    permission: 'public',
    countsAddress: true,
    answers: tokensView,
    errors: { ...BUSY, 401: 'Address or password are wrong, or the account may not log in.' },
  })
  @Post('login')
  async logIn(@Body() { email, password }: LogInBody) {
    const whose = await this.door.send(new FindAccount(Actor.system([]), email));
    const result = whose.ok
      ? await this.door.send(new LogIn(Actor.system([whose.value.tenantId]), whose.value.userId, password))
      : whose;
    logins.inc({ outcome: !result.ok ? 'unavailable' : result.value === null ? 'refused' : 'ok' });
    return letIn(result, 'credentials.wrong', 'The address or the password is wrong, or the account may not log in.');
  }

  @Operation({
    id: 'refresh',
    summary: 'Get the successor of a refresh token, and a new access token.',
    description:
      'A refresh token is good once. For 10 seconds more it leads to the same successor; used after that, it ends its session. A session ends 7 days after it began.',
    permission: 'public',
    answers: tokensView,
    errors: { 401: 'The token is not good, or not any more.' },
  })
  @Post('refresh')
  async refresh(@Body() { refresh_token: text }: RefreshBody) {
    const token = this.tokens.readRefresh(text);
    const result = token
      ? await this.door.send(new Refresh(Actor.system([token.tenantId]), token))
      : ({ ok: true, value: null } as const);
    return letIn(result, 'refresh-token.invalid', 'This refresh token is not good, or not any more: log in again.');
  }

  @Operation({
    id: 'logOut',
    summary: 'End the session of the token shown.',
    description: 'Its access tokens may be taken for a minute more.',
    permission: 'any',
    answers: 'nothing',
  })
  @Post('logout')
  logOut(@Caller() actor: Actor) {
    return this.door.send(new LogOut(actor));
  }

  @Operation({
    id: 'changePassword',
    summary: 'Take another password.',
    description: 'It ends every session of the caller, this one too.',
    permission: 'any',
    answers: 'nothing',
    errors: { ...BUSY, 404: 'The caller has no password here: an API key, or a member of another issuer.' },
  })
  @Post('password')
  changePassword(@Caller() actor: Actor, @Body() body: ChangePasswordBody) {
    return this.door.send(new ChangePassword(actor, body.current_password, body.new_password));
  }

  @Operation({
    id: 'verifyEmail',
    summary: 'Confirm an address by what was mailed to it.',
    permission: 'public',
    answers: 'nothing',
    errors: { 401: 'The token is not good, or not any more.' },
  })
  @Post('verify-email')
  async verifyEmail(@Body() { token }: VerifyEmailBody) {
    const confirmation = this.tokens.readConfirmation(token);
    if (!confirmation)
      throw Refused.http(401, 'confirmation.invalid', 'This is not what was mailed, or too old: log in for another.');
    return this.door.send(new ConfirmEmail(Actor.system([confirmation.tenantId]), confirmation));
  }

  @Operation({
    id: 'getMe',
    summary: 'Read who the caller is, and what they may do.',
    permission: 'any',
    answers: meView,
    errors: { 404: 'The caller is no member here.' },
  })
  @Get('me')
  me(@Caller() actor: Actor) {
    return this.door.send(new GetMe(actor));
  }
}
