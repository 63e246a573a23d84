import { QueryHandler } from '@nestjs/cqrs';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { ListTasksDue, type DueTask } from '#application/tasks/contract';
import { DueTasks } from '#application/tasks/ports/due-tasks';

@QueryHandler(ListTasksDue)
export class ListTasksDueHandler {
  constructor(private readonly tasks: DueTasks) {}

  async execute({ actor, from, to }: ListTasksDue): Promise<Result<readonly DueTask[]>> {
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    return ok(await this.tasks.dueWithin(actor.tenantId, from, to));
  }
}
