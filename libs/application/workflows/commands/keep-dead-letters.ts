import { Command, CommandHandler } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { DeadLetters, type DeadLetter } from '#application/workflows/ports/dead-letters';

/** Sets bad messages aside, so that they never stop their neighbours (SPEC 7, *Bad input*). */
export class KeepDeadLetters extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly letters: readonly DeadLetter[],
  ) {
    super();
  }

  /** By the service itself, for whichever tenants the letters name. */
  static ofBus(letters: readonly DeadLetter[]): KeepDeadLetters {
    const tenants = new Set(letters.flatMap(({ tenantId }) => tenantId ?? []));
    return new KeepDeadLetters(Actor.system([...tenants], 'event:publish'), letters);
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
