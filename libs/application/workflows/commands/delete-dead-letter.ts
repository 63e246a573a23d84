import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { DeadLetters } from '#application/workflows/ports/dead-letters';

/** Gives a bad message up. */
export class DeleteDeadLetter extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteDeadLetter)
export class DeleteDeadLetterHandler {
  constructor(private readonly deadLetters: DeadLetters) {}

  async execute({ actor, id }: DeleteDeadLetter): Promise<Result<void>> {
    if (!actor.may('dead_letter:delete')) return err(forbidden('dead_letter:delete'));
    return (await this.deadLetters.take(actor.tenantId, id, 'deleted')) ? done : err(missing('dead_letter'));
  }
}
