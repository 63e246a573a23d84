import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { ContactRepository } from '#application/workflows/ports/contact-repository';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';

/** Forgets a person: open enrollments end, what names the contact goes, counts stay (SPEC 7, *Erasure*). */
export class EraseContact extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly contactId: string,
  ) {
    super();
  }
}

@CommandHandler(EraseContact)
export class EraseContactHandler {
  constructor(
    private readonly contacts: ContactRepository,
    private readonly endings: EnrollmentEndings,
  ) {}

  async execute({ actor, contactId }: EraseContact): Promise<Result<void>> {
    if (!actor.may('contact:delete')) return err(forbidden('contact:delete'));
    const { tenantId } = actor;
    if (!(await this.contacts.hold(tenantId, contactId))) return err(missing('contact'));
    await this.endings.end(tenantId, { contactIds: [contactId] }, { status: 'exited', reason: 'contact_erased' });
    await this.contacts.erase(tenantId, contactId);
    return done;
  }
}
