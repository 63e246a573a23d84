import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readInvitation } from '#domain/identity/secret-text';
import { Actor } from '#domain/shared/actor';
import { map } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import { AcceptInvitation } from '#application/identity/commands/accept-invitation';
import { Invite } from '#application/identity/commands/invite';
import { GetInvitation } from '#application/identity/queries/get-invitation';
import { invitationView, userView } from '#application/identity/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';
import { Refused } from '#adapters/shared/http/problem';
import { AcceptInvitationBody } from '#adapters/identity/http/auth.bodies';
import { InviteBody } from '#adapters/identity/http/users.bodies';

const TAKEN = { 409: 'There is an account with this address already.' };

const notGood = () =>
  Refused.http(401, 'invitation.invalid', 'This invitation is not good, or not any more: ask for another.');

@ApiTags('Identity')
@Controller()
export class InvitationsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'invite',
    summary: 'Invite somebody to the tenant.',
    description:
      'Good for seven days. The token is mailed where the installation sends mail; elsewhere it stands in this answer, once, to be handed over. Only an Owner invites an Owner, and no API key does.',
    permission: 'user:create',
    answers: invitationView,
    creates: true,
    answersSecret: true,
    errors: { 409: 'The tenant has a member with this address already.' },
  })
  @Post('users/invitations')
  invite(@Caller() actor: Actor, @Body() { email, role }: InviteBody) {
    return this.door.send(new Invite(actor, email, role));
  }

  @Operation({
    id: 'getInvitation',
    summary: 'Read an invitation, without its token.',
    permission: 'user:read',
    answers: invitationView,
    errors: { 404: 'The tenant has no such invitation.' },
  })
  @Get('users/invitations/:id')
  get(@Caller() actor: Actor, @Param('id', new IdOf('invitation')) id: string) {
    return this.door.send(new GetInvitation(actor, id));
  }

  @Operation({
    id: 'acceptInvitation',
    summary: 'Make the account that one was invited to.',
    description: 'The address counts as confirmed. The token is good once.',
    permission: 'public',
    answers: userView,
    creates: true,
    answersSecret: true,
    livesIn: 'users',
    errors: { ...TAKEN, 401: 'The invitation is not good, or not any more.' },
  })
  @Post('auth/accept-invitation')
  async accept(@Body() { token, name, password }: AcceptInvitationBody) {
    const of = readInvitation(token);
    if (!of) throw notGood();
    const result = await this.door.send(new AcceptInvitation(Actor.system([of.tenantId]), of, name, password));
    return map(result, (user) => {
      if (user === null) throw notGood();
      return user;
    });
  }
}
