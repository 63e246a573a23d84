import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactView } from '#application/workflows/enrollment-views';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';

export class GetContact extends Query<Result<ContactView>> {
  constructor(
    readonly actor: Actor,
    readonly contactId: string,
  ) {
    super();
  }
}

@QueryHandler(GetContact)
export class GetContactHandler {
  constructor(private readonly shown: EnrollmentReadModel) {}

  async execute({ actor, contactId }: GetContact): Promise<Result<ContactView>> {
    if (!actor.may('contact:read')) return err(forbidden('contact:read'));
    const contact = await this.shown.contact(actor.tenantId, contactId);
    return contact ? ok(contact) : err(missing('contact'));
  }
}
