import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { TaskFields } from '#domain/tasks/task-fields';
import { existing } from '#application/shared/existing';
import { Neighbours } from '#application/tasks/neighbours';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import type { TaskView } from '#application/tasks/views';

/** Changes the fields given, in any state; where it stands is `MoveTask`'s (SPEC 6). */
export class EditTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly fields: Partial<TaskFields>,
  ) {
    super();
  }
}

/** What a task's part in the progress of its goal hangs on. */
const ROLLED_UP = ['estimatedHours', 'percentComplete'] as const;

@CommandHandler(EditTask)
export class EditTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly neighbours: Neighbours,
    private readonly shown: TaskReadModel,
  ) {}

  async execute({ actor, id, seen, fields }: EditTask): Promise<Result<TaskView>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    const { tenantId } = actor;
    const rollsUp = ROLLED_UP.some((field) => field in fields);
    if (rollsUp) await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mustHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const edited = task.edit(fields);
    if (!edited.ok) return edited;
    const saved = await this.tasks.save(task);
    if (!saved.ok) return saved;
    const rolledUp = rollsUp ? await this.neighbours.rollUp(actor, await this.neighbours.goalsOf(task)) : done;
    return rolledUp.ok ? ok(existing(await this.shown.task(tenantId, id))) : rolledUp;
  }
}
