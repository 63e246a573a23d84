import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { TaskPredecessorView } from '#application/tasks/dependency-views';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskRepository } from '#application/tasks/ports/task-repository';

/** One of the tasks that a task depends on. */
export class GetDependency extends Query<Result<TaskPredecessorView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly dependsOnId: string,
  ) {
    super();
  }
}

@QueryHandler(GetDependency)
export class GetDependencyHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly dependencies: DependencyStore,
  ) {}

  async execute({ actor, id, dependsOnId }: GetDependency): Promise<Result<TaskPredecessorView>> {
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    if (!(await this.tasks.find(actor.tenantId, id))) return err(missing('task'));
    const found = await this.dependencies.one(actor.tenantId, id, dependsOnId);
    return found ? ok(found) : err(missing('task_dependency'));
  }
}
