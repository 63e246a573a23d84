import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, withFaultsOf, type Result } from '#domain/shared/result';
import { readTaskFields, type TaskFields } from '#domain/tasks/task-fields';
import { existing } from '#application/shared/existing';
import { Neighbours } from '#application/tasks/neighbours';
import { Placing, type Place } from '#application/tasks/placing';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import type { TaskView } from '#application/tasks/views';

/** Puts a task, with all below it, elsewhere, and changes the fields given with it (SPEC 6). */
export class MoveTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly place: Place,
    readonly fields: Partial<TaskFields>,
  ) {
    super();
  }
}

@CommandHandler(MoveTask)
export class MoveTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly placing: Placing,
    private readonly neighbours: Neighbours,
    private readonly shown: TaskReadModel,
  ) {}

  async execute({ actor, id, seen, place, fields }: MoveTask): Promise<Result<TaskView>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mustHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const move = await this.placing.ofMove(actor, id, place);
    if (!move.ok) return withFaultsOf(move, readTaskFields({ ...task.state, ...fields }));
    const left = await this.neighbours.goalsOf(task);
    const edited = task.edit(fields, move.value);
    if (!edited.ok) return edited;
    const saved = await this.tasks.save(task);
    if (!saved.ok) return saved;
    const rolledUp = await this.neighbours.rollUp(actor, [...left, ...(await this.neighbours.goalsOf(task))]);
    return rolledUp.ok ? ok(existing(await this.shown.task(tenantId, id))) : rolledUp;
  }
}
