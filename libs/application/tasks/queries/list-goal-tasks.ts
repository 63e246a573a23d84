import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { FindGoalStanding } from '#application/goals/contract';
import { Door } from '#application/shared/door';
import type { Page, PageRequest } from '#application/shared/listing';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { askedBy } from '#application/tasks/task-listing';
import type { TaskView } from '#application/tasks/views';

/** The tasks right under one goal. */
export class ListGoalTasks extends Query<Result<Page<TaskView>>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListGoalTasks)
export class ListGoalTasksHandler {
  constructor(
    private readonly door: Door,
    private readonly tasks: TaskReadModel,
  ) {}

  async execute({ actor, goalId, page }: ListGoalTasks): Promise<Result<Page<TaskView>>> {
    const needed = page.deletedOnly ? 'task:delete' : 'task:read';
    if (!actor.may(needed)) return err(forbidden(needed));
    const asked = askedBy(actor, { ...page, filters: { ...page.filters, goal_id: [goalId] } });
    if (!asked.ok) return asked;
    const goal = await this.door.send(new FindGoalStanding(actor, goalId));
    if (!goal.ok) return goal;
    return goal.value ? ok(await this.tasks.tasks(actor.tenantId, asked.value)) : err(missing('goal'));
  }
}
