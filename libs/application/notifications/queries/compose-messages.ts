import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { letterOf } from '#domain/notifications/letter';
import { Members } from '#application/identity/contract';
import type { ChannelMessage } from '#application/notifications/ports/channel';
import { Deliveries } from '#application/notifications/ports/deliveries';

/** What is to be sent of some notifications of one tenant. Who is no member any more is sent nothing. */
export class ComposeMessages extends Query<Result<readonly ChannelMessage[]>> {
  constructor(
    readonly actor: Actor,
    readonly ids: readonly string[],
  ) {
    super();
  }
}

@QueryHandler(ComposeMessages)
export class ComposeMessagesHandler {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly members: Members,
  ) {}

  async execute({ actor, ids }: ComposeMessages): Promise<Result<readonly ChannelMessage[]>> {
    if (!actor.may('user:read')) return err(forbidden('user:read'));
    const told = await this.deliveries.contents(actor.tenantId, ids);
    const readers = await this.members.membersOf(actor.tenantId, [...new Set(told.map(({ userId }) => userId))]);
    const byId = new Map(readers.map((reader) => [reader.id, reader]));
    return ok(
      told.flatMap(({ id, userId, kind, details }) => {
        const reader = byId.get(userId);
        return reader?.email ? [{ id, to: reader.email, ...letterOf(kind, details, reader.name) }] : [];
      }),
    );
  }
}
