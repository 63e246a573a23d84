import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { AuditLog, type AuditEntryView } from '#application/shared/audit/audit-log';
import type { Page, PageRequest } from '#application/shared/listing';

/** What was done in a tenant. */
export class ListAuditEntries extends Query<Result<Page<AuditEntryView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListAuditEntries)
export class ListAuditEntriesHandler {
  constructor(private readonly log: AuditLog) {}

  async execute({ actor, page }: ListAuditEntries): Promise<Result<Page<AuditEntryView>>> {
    if (!actor.may('audit:read')) return err(forbidden('audit:read'));
    return ok(await this.log.entries(actor.tenantId, page));
  }
}
