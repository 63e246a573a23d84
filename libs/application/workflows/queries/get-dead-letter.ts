import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { DeadLetterView } from '#application/workflows/dead-letter-views';
import { DeadLetters } from '#application/workflows/ports/dead-letters';

export class GetDeadLetter extends Query<Result<DeadLetterView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetDeadLetter)
export class GetDeadLetterHandler {
  constructor(private readonly deadLetters: DeadLetters) {}

  async execute({ actor, id }: GetDeadLetter): Promise<Result<DeadLetterView>> {
    if (!actor.may('dead_letter:read')) return err(forbidden('dead_letter:read'));
    const letter = await this.deadLetters.letter(actor.tenantId, id);
    return letter ? ok(letter) : err(missing('dead_letter'));
  }
}
