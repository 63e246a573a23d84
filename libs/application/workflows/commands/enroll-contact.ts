import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { andThen, ok, type Result } from '#domain/shared/result';
import type { ContactToEnroll } from '#domain/workflows/enroll-all';
import { existing } from '#application/shared/existing';
import { EnrollContacts, EnrollContactsHandler } from '#application/workflows/commands/enroll-contacts';
import type { EnrollmentView } from '#application/workflows/enrollment-views';

/** Enrolls one contact in an active workflow (SPEC 4.4). */
export class EnrollContact extends Command<Result<EnrollmentView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly contact: ContactToEnroll,
  ) {
    super();
  }
}

@CommandHandler(EnrollContact)
export class EnrollContactHandler {
  constructor(private readonly many: EnrollContactsHandler) {}

  async execute({ actor, workflowId, contact }: EnrollContact): Promise<Result<EnrollmentView>> {
    const results = await this.many.execute(new EnrollContacts(actor, workflowId, [ok(contact)]));
    return andThen(results, ([only]) => existing(only ?? null));
  }
}
