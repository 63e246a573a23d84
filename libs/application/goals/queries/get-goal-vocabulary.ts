import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { VOCABULARY, type Vocabulary } from '#application/goals/vocabulary';

/** The words that goals are spoken of in. */
export class GetGoalVocabulary extends Query<Result<Vocabulary>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@QueryHandler(GetGoalVocabulary)
export class GetGoalVocabularyHandler {
  async execute({ actor }: GetGoalVocabulary): Promise<Result<Vocabulary>> {
    return actor.may('goal:read') ? ok(VOCABULARY) : err(forbidden('goal:read'));
  }
}
