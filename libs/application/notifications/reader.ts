import type { Actor } from '#domain/shared/actor';
import type { DomainError } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';

const NO_PERSON: DomainError = {
  kind: 'forbidden',
  code: 'forbidden',
  message: 'Only a person has an inbox.',
};

/**
 * Whose inbox is asked for: everybody's own and nobody else's, whatever they may do besides (API, *Own inbox*). A key acts for
 * whoever made it, and has no inbox (ADR 0054).
 */
export const readerOf = ({ userId, keyId }: Actor): Result<string> =>
  userId === null || keyId !== null ? err(NO_PERSON) : ok(userId);
