import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { askedBy } from '#application/tasks/task-listing';
import type { TaskView } from '#application/tasks/views';

export class ListTasks extends Query<Result<Page<TaskView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListTasks)
export class ListTasksHandler {
  constructor(private readonly tasks: TaskReadModel) {}

  async execute({ actor, page }: ListTasks): Promise<Result<Page<TaskView>>> {
    const needed = page.deletedOnly ? 'task:delete' : 'task:read';
    if (!actor.may(needed)) return err(forbidden(needed));
    const asked = askedBy(actor, page);
    return asked.ok ? ok(await this.tasks.tasks(actor.tenantId, asked.value)) : asked;
  }
}
