import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import type { TaskPredecessorView } from '#application/tasks/dependency-views';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskRepository } from '#application/tasks/ports/task-repository';

/** Has a task wait for another one, even if it has started already (SPEC 6). */
export class AddDependency extends Command<Result<TaskPredecessorView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly dependsOnId: string,
  ) {
    super();
  }
}

@CommandHandler(AddDependency)
export class AddDependencyHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly dependencies: DependencyStore,
  ) {}

  async execute({ actor, id, dependsOnId }: AddDependency): Promise<Result<TaskPredecessorView>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    if (!(await this.tasks.find(tenantId, dependsOnId))) return err(UNKNOWN);
    const present = await this.dependencies.idsOf(tenantId, id);
    const added = task.dependOn(dependsOnId, present, await this.board.way(tenantId, [dependsOnId], id));
    if (!added.ok) return added;
    await this.dependencies.add(task, dependsOnId);
    return ok(existing(await this.dependencies.one(tenantId, id, dependsOnId)));
  }
}

const UNKNOWN = invalid([fault('/depends_on_id', 'unknown', 'There is no such task.')]);
