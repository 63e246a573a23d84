import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Task } from '#domain/tasks/task';
import { existing } from '#application/shared/existing';
import { Neighbours } from '#application/tasks/neighbours';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import { TaskSubtrees, type Reached } from '#application/tasks/ports/task-subtrees';
import type { TaskView } from '#application/tasks/views';

/** Brings back exactly what the deletion of a task took, under whatever its goal is by now (SPEC 7). */
export class RestoreTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RestoreTask)
export class RestoreTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly subtrees: TaskSubtrees,
    private readonly neighbours: Neighbours,
    private readonly shown: TaskReadModel,
  ) {}

  async execute({ actor, id, seen }: RestoreTask): Promise<Result<TaskView>> {
    if (!actor.may('task:delete')) return err(forbidden('task:delete'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.findEvenDeleted(tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mayHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const below = await this.restored(task);
    if (!below.ok) return below;
    const others = below.value.flatMap(({ goalId }) => goalId ?? []);
    const rolledUp = await this.neighbours.rollUp(actor, [...(await this.neighbours.goalsOf(task)), ...others]);
    return rolledUp.ok ? ok(existing(await this.shown.task(tenantId, id))) : rolledUp;
  }

  private async restored(task: Task): Promise<Result<Reached[]>> {
    const { tenantId, id, parentTaskId, deletionId } = task.state;
    const parent = parentTaskId === null ? null : await this.tasks.find(tenantId, parentTaskId);
    const goneGoals = deletionId === null ? [] : await this.subtrees.goneGoals(tenantId, deletionId);
    const restored = task.restore(parent, goneGoals);
    if (!restored.ok) return restored;
    const saved = await this.tasks.save(task);
    return saved.ok ? ok(deletionId === null ? [] : await this.subtrees.restore(tenantId, deletionId, id)) : saved;
  }
}
