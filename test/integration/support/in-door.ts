import { Command, CommandBus } from '@nestjs/cqrs';
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

/** Sends pieces of work through the application's own door. */
export const doorOf = (app: TestApp): Door => {
  const bus = app.nest.get(CommandBus);
  const execute = bus.execute.bind(bus);
  bus.execute = (command: unknown) => (command instanceof Do ? command.work() : execute(command as Command<unknown>));
  return app.nest.get(Door);
};
