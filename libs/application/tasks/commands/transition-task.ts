import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { TaskStatus } from '#domain/tasks/words';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { Neighbours } from '#application/tasks/neighbours';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import type { TaskView } from '#application/tasks/views';

/** Changes the status of a task; `override`: despite what it depends on (SPEC 6). */
export class TransitionTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly to: TaskStatus,
    readonly reason: string | null,
    readonly override: boolean,
  ) {
    super();
  }
}

@CommandHandler(TransitionTask)
export class TransitionTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly neighbours: Neighbours,
    private readonly shown: TaskReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen, to, reason, override }: TransitionTask): Promise<Result<TaskView>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    if (override && !actor.may('task:override')) return err(forbidden('task:override'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mayHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const { status: from } = task.state;
    const around = await this.neighbours.around(actor, task, to, override);
    const changed = task.transition(to, reason, around, this.clock.now());
    if (!changed.ok) return changed;
    const saved = await this.tasks.save(task);
    if (!saved.ok) return saved;
    const followed = await this.neighbours.afterStatus(actor, task, from);
    return followed.ok ? ok(existing(await this.shown.task(tenantId, id))) : followed;
  }
}
