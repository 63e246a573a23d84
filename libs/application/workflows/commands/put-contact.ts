import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { isExternalId } from '#domain/shared/text';
import { existing } from '#application/shared/existing';
import type { ContactView } from '#application/workflows/enrollment-views';
import { ContactRepository, type ContactFields } from '#application/workflows/ports/contact-repository';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';

/** Replaces the fields given, making the contact when it is unknown; opting out ends its open enrollments (SPEC 4.4). */
export class PutContact extends Command<Result<ContactView>> {
  constructor(
    readonly actor: Actor,
    readonly contactId: string,
    readonly fields: ContactFields,
  ) {
    super();
  }
}

@CommandHandler(PutContact)
export class PutContactHandler {
  constructor(
    private readonly contacts: ContactRepository,
    private readonly endings: EnrollmentEndings,
    private readonly shown: EnrollmentReadModel,
  ) {}

  async execute({ actor, contactId, fields }: PutContact): Promise<Result<ContactView>> {
    if (!actor.may('contact:update')) return err(forbidden('contact:update'));
    if (!isExternalId(contactId)) return err(invalid([notAnId]));
    const { tenantId } = actor;
    await this.contacts.put(tenantId, contactId, fields);
    if (fields.optedOut) {
      await this.endings.end(tenantId, { contactIds: [contactId] }, { status: 'exited', reason: 'contact_opted_out' });
    }
    return ok(existing(await this.shown.contact(tenantId, contactId)));
  }
}

const notAnId = fault('/contact_id', 'malformed', 'The id of a contact has 1 to 200 printable characters.');
