import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { TaskPredecessorsView } from '#application/tasks/dependency-views';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskRepository } from '#application/tasks/ports/task-repository';

/** What a task depends on, the first one first. */
export class ListDependencies extends Query<Result<TaskPredecessorsView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(ListDependencies)
export class ListDependenciesHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly dependencies: DependencyStore,
  ) {}

  async execute({ actor, id }: ListDependencies): Promise<Result<TaskPredecessorsView>> {
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    if (!(await this.tasks.find(actor.tenantId, id))) return err(missing('task'));
    return ok({ items: await this.dependencies.list(actor.tenantId, id) });
  }
}
