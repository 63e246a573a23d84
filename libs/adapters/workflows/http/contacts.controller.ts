import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { EraseContact } from '#application/workflows/commands/erase-contact';
import { PutContact } from '#application/workflows/commands/put-contact';
import { contactView } from '#application/workflows/enrollment-views';
import { GetContact } from '#application/workflows/queries/get-contact';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, ExternalIdOf } from '#adapters/shared/http/parameters';
import { ContactBody } from '#adapters/workflows/http/contacts.bodies';

const ContactId = () => Param('contact_id', new ExternalIdOf('contact'));

@ApiTags('Contacts')
@ApiParam({ name: 'contact_id', example: 'c-42', description: 'Percent-encoded, `/` as `%2F`.' })
@Controller('contacts')
export class ContactsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'putContact',
    summary: 'Say what is known of a contact.',
    description: 'Replaces the fields given; the last one wins. An unknown contact is made.',
    permission: 'contact:update',
    answers: contactView,
  })
  @Put(':contact_id')
  put(@Caller() actor: Actor, @Param('contact_id') contactId: string, @Body() body: ContactBody) {
    const { attributes, opted_out: optedOut } = body;
    const fields = { ...(attributes && { attributes }), ...(optedOut !== undefined && { optedOut }) };
    return this.door.send(new PutContact(actor, contactId, fields));
  }

  @Operation({
    id: 'getContact',
    summary: 'Read what is known of a contact.',
    permission: 'contact:read',
    answers: contactView,
    errors: { 404: 'There is no such contact.' },
  })
  @Get(':contact_id')
  get(@Caller() actor: Actor, @ContactId() contactId: string) {
    return this.door.send(new GetContact(actor, contactId));
  }

  @Operation({
    id: 'eraseContact',
    summary: 'Forget a contact: what tells who it is goes, counts stay.',
    description: 'Its open enrollments exit. The same id used later is a new contact.',
    permission: 'contact:delete',
    answers: 'nothing',
    errors: { 404: 'There is no such contact.' },
  })
  @Delete(':contact_id')
  erase(@Caller() actor: Actor, @ContactId() contactId: string) {
    return this.door.send(new EraseContact(actor, contactId));
  }
}
