import { Body, Controller, Delete, Get, Param, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { EditUser } from '#application/identity/commands/edit-user';
import { RemoveUser } from '#application/identity/commands/remove-user';
import { GetUser } from '#application/identity/queries/get-user';
import { ListUsers } from '#application/identity/queries/list-users';
import { userListing, userView } from '#application/identity/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, IfMatch, PageOf } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import { EditUserBody } from '#adapters/identity/http/users.bodies';

const NO_USER = { 404: 'The tenant has no such user.' };
const LAST_OWNER = { 409: 'One active Owner always remains.' };

@ApiTags('Identity')
@Controller('users')
export class UsersController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listUsers',
    summary: 'List the members of the tenant.',
    permission: 'user:read',
    answers: { page: userListing },
  })
  @Get()
  list(@Caller() actor: Actor, @PageOf(userListing) page: PageRequest) {
    return this.door.send(new ListUsers(actor, page));
  }

  @Operation({
    id: 'getUser',
    summary: 'Read a member.',
    permission: 'user:read',
    answers: userView,
    errors: NO_USER,
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Param('id', new IdOf('user')) id: string) {
    return this.door.send(new GetUser(actor, id));
  }

  @Operation({
    id: 'editUser',
    summary: 'Change name, role or status of a member (JSON merge patch).',
    description:
      'Another role or status counts within a minute for whoever has come in already. Only an Owner names another Owner (no API key does), or changes one; one active Owner always remains.',
    permission: 'user:update',
    answers: userView,
    ifMatch: 'required',
    errors: { ...NO_USER, ...LAST_OWNER },
  })
  @Patch(':id')
  edit(
    @Caller() actor: Actor,
    @Param('id', new IdOf('user')) id: string,
    @IfMatch() seen: SeenVersion,
    @Body() body: EditUserBody,
  ) {
    return this.door.send(new EditUser(actor, id, seen, given(body)));
  }

  @Operation({
    id: 'removeUser',
    summary: 'Take a member out, with their sessions and API keys.',
    description: 'What they made and own stays under their id. The address is free again.',
    permission: 'user:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: { ...NO_USER, ...LAST_OWNER },
  })
  @Delete(':id')
  remove(@Caller() actor: Actor, @Param('id', new IdOf('user')) id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RemoveUser(actor, id, seen));
  }
}
