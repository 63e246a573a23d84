import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { DeadLetters, type DeadLetter } from '#application/workflows/ports/dead-letters';

/** Sets messages aside that no decision could be made of (SPEC 7, *Bad input*). */
export class KeepDeadLetters extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly letters: readonly DeadLetter[],
  ) {
    super();
  }
}

@CommandHandler(KeepDeadLetters)
export class KeepDeadLettersHandler {
  constructor(private readonly deadLetters: DeadLetters) {}

  async execute({ actor, letters }: KeepDeadLetters): Promise<Result<void>> {
    if (!actor.may('event:publish')) return err(forbidden('event:publish'));
    await this.deadLetters.keep(letters);
    return done;
  }
}
