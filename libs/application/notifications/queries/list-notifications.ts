import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import type { PageRequest } from '#application/shared/listing';
import { InboxReadModel } from '#application/notifications/ports/inbox-read-model';
import { readerOf } from '#application/notifications/reader';
import type { InboxPage } from '#application/notifications/views';

/** One page of the caller's own inbox. */
export class ListNotifications extends Query<Result<InboxPage>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListNotifications)
export class ListNotificationsHandler {
  constructor(private readonly inbox: InboxReadModel) {}

  async execute({ actor, page }: ListNotifications): Promise<Result<InboxPage>> {
    const reader = readerOf(actor);
    return reader.ok ? ok(await this.inbox.page(actor.tenantId, reader.value, page)) : reader;
  }
}
