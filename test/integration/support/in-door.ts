import { Command, CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import type { TestApp } from '../../support/app';

/** A command whose handler is the test itself. */
export class Do<T> extends Command<Result<T>> {
  constructor(
    readonly actor: Actor,
    readonly work: () => Promise<Result<T>>,
  ) {
    super();
  }
}

/** A query whose handler is the test itself. */
export class Look<T> extends Query<Result<T>> {
  constructor(
    readonly actor: Actor,
    readonly work: () => Promise<Result<T>>,
  ) {
    super();
  }
}

/** Sends pieces of work through the application's own door. */
export const doorOf = (app: TestApp): Door => {
  const [commands, queries] = [app.nest.get(CommandBus), app.nest.get(QueryBus)];
  const execute = { command: commands.execute.bind(commands), query: queries.execute.bind(queries) };
  commands.execute = (command: unknown) =>
    command instanceof Do ? command.work() : execute.command(command as Command<unknown>);
  queries.execute = (query: unknown) => (query instanceof Look ? query.work() : execute.query(query as Query<unknown>));
  return app.nest.get(Door);
};
