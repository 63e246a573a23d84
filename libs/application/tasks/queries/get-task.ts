import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import type { TaskView } from '#application/tasks/views';

export class GetTask extends Query<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetTask)
export class GetTaskHandler {
  constructor(private readonly tasks: TaskReadModel) {}

  async execute({ actor, id }: GetTask): Promise<Result<TaskView>> {
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    const task = await this.tasks.task(actor.tenantId, id);
    return task ? ok(task) : err(missing('task'));
  }
}
