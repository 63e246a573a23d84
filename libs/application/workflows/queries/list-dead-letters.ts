import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { DEAD_LETTER_REASONS, DEAD_LETTER_WAYS } from '#domain/workflows/dead-letter';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { listedDeadLetterView, type ListedDeadLetterView } from '#application/workflows/dead-letter-views';
import { DeadLetters } from '#application/workflows/ports/dead-letters';

export const deadLetterListing = listing({
  item: listedDeadLetterView,
  sortable: ['created_at', 'received_at'],
  filters: { reason: { kind: { oneOf: DEAD_LETTER_REASONS } }, way: { kind: { oneOf: DEAD_LETTER_WAYS } } },
});

export class ListDeadLetters extends Query<Result<Page<ListedDeadLetterView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListDeadLetters)
export class ListDeadLettersHandler {
  constructor(private readonly deadLetters: DeadLetters) {}

  async execute({ actor, page }: ListDeadLetters): Promise<Result<Page<ListedDeadLetterView>>> {
    if (!actor.may('dead_letter:read')) return err(forbidden('dead_letter:read'));
    return ok(await this.deadLetters.letters(actor.tenantId, page));
  }
}
