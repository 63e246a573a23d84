import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { AuditLog, type AuditedThing, type AuditEntryView } from '#application/shared/audit/audit-log';
import type { Page, PageRequest } from '#application/shared/listing';

/** What was done to one thing, even when it is deleted: its making is the first entry, so one without any was never there. */
export class ListAuditEntriesOf extends Query<Result<Page<AuditEntryView>>> {
  constructor(
    readonly actor: Actor,
    readonly thing: AuditedThing,
    readonly id: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListAuditEntriesOf)
export class ListAuditEntriesOfHandler {
  constructor(private readonly log: AuditLog) {}

  async execute({ actor, thing, id, page }: ListAuditEntriesOf): Promise<Result<Page<AuditEntryView>>> {
    if (!actor.may('audit:read')) return err(forbidden('audit:read'));
    const found = await this.log.entriesOf(actor.tenantId, thing, id, page);
    return found ? ok(found) : err(missing(thing));
  }
}
