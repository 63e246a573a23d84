import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { Placing } from '#application/tasks/placing';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import type { TaskView } from '#application/tasks/views';

/** Gives a task to a member of the tenant, or to nobody (SPEC 6). */
export class AssignTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly assignedTo: string | null,
  ) {
    super();
  }
}

@CommandHandler(AssignTask)
export class AssignTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly placing: Placing,
    private readonly shown: TaskReadModel,
  ) {}

  async execute({ actor, id, seen, assignedTo }: AssignTask): Promise<Result<TaskView>> {
    if (!actor.may('task:update')) return err(forbidden('task:update'));
    const task = await this.tasks.find(actor.tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mayHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const member = await this.placing.member(actor, assignedTo);
    if (!member.ok) return member;
    task.assign(assignedTo);
    const saved = await this.tasks.save(task);
    return saved.ok ? ok(existing(await this.shown.task(actor.tenantId, id))) : saved;
  }
}
