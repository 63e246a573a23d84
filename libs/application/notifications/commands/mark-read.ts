import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Inbox } from '#application/notifications/ports/inbox';
import { readerOf } from '#application/notifications/reader';
import type { NotificationView } from '#application/notifications/views';

/** Marks one of the caller's own notifications as read; one that is read stays as it is. */
export class MarkRead extends Command<Result<NotificationView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(MarkRead)
export class MarkReadHandler {
  constructor(
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id }: MarkRead): Promise<Result<NotificationView>> {
    const reader = readerOf(actor);
    if (!reader.ok) return reader;
    const read = await this.inbox.markRead(actor.tenantId, reader.value, id, this.clock.now());
    return read ? ok(read) : err(missing('notification'));
  }
}
