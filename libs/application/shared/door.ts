import type { Command, Query } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';

/** A command or query as it comes through a door: it says who asks. */
export type Request<T> = (Command<Result<T>> | Query<Result<T>>) & { readonly actor: Actor };

/**
 * Where work enters: an HTTP request, a batch of messages, a tick of a schedule, a test. Each request runs in one transaction
 * that sees the actor's tenants only; the transaction begins with the first statement, commits on `ok` and rolls back on `err`.
 * A request sent by a handler runs in the transaction it finds, and its `err` rolls the whole back.
 */
export abstract class Door {
  abstract send<T>(request: Request<T>): Promise<Result<T>>;
}
