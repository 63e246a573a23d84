import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Inbox } from '#application/notifications/ports/inbox';
import { readerOf } from '#application/notifications/reader';
import type { ReadCountView } from '#application/notifications/views';

/** Marks everything in the caller's own inbox as read, and answers how much was not. */
export class MarkAllRead extends Command<Result<ReadCountView>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@CommandHandler(MarkAllRead)
export class MarkAllReadHandler {
  constructor(
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  async execute({ actor }: MarkAllRead): Promise<Result<ReadCountView>> {
    const reader = readerOf(actor);
    if (!reader.ok) return reader;
    return ok({ read: await this.inbox.markAllRead(actor.tenantId, reader.value, this.clock.now()) });
  }
}
