import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskRepository } from '#application/tasks/ports/task-repository';

/** Has a task wait for another one no more (SPEC 6). */
export class RemoveDependency extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly dependsOnId: string,
  ) {
    super();
  }
}

@CommandHandler(RemoveDependency)
export class RemoveDependencyHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly dependencies: DependencyStore,
  ) {}

  async execute({ actor, id, dependsOnId }: RemoveDependency): Promise<Result<void>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    const removed = task.dependNoMore(dependsOnId, await this.dependencies.idsOf(tenantId, id));
    if (!removed.ok) return removed;
    await this.dependencies.remove(task, dependsOnId);
    const predecessor = await this.tasks.find(tenantId, dependsOnId);
    if (predecessor?.isOpen) await this.board.releaseItself(tenantId, id);
    return done;
  }
}
