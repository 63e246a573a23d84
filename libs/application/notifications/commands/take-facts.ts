import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { noticeOfFact, type ToldFact } from '#domain/notifications/notice';
import { Announcer } from '#application/notifications/announcer';

/** Tells whom some facts of one tenant concern. Facts may come again: each is told once. Answers how many were new. */
export class TakeFacts extends Command<Result<number>> {
  constructor(
    readonly actor: Actor,
    readonly facts: readonly ToldFact[],
  ) {
    super();
  }
}

@CommandHandler(TakeFacts)
export class TakeFactsHandler {
  constructor(private readonly announcer: Announcer) {}

  async execute({ actor, facts }: TakeFacts): Promise<Result<number>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    const mine = facts.filter(({ tenantId }) => tenantId === actor.tenantId);
    const notices = mine.flatMap((fact) => noticeOfFact(fact) ?? []);
    return ok(await this.announcer.announce(actor.tenantId, notices));
  }
}
