import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, withFaultsOf, type Result } from '#domain/shared/result';
import { Task } from '#domain/tasks/task';
import { readTaskFields, type TaskFields } from '#domain/tasks/task-fields';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { Neighbours } from '#application/tasks/neighbours';
import { Placing, type Asked } from '#application/tasks/placing';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import type { TaskView } from '#application/tasks/views';

/** Makes a task, alone, under a goal or below another task (SPEC 6). */
export class CreateTask extends Command<Result<TaskView>> {
  constructor(
    readonly actor: Actor,
    readonly fields: TaskFields,
    readonly asked: Asked,
  ) {
    super();
  }
}

@CommandHandler(CreateTask)
export class CreateTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly dependencies: DependencyStore,
    private readonly placing: Placing,
    private readonly neighbours: Neighbours,
    private readonly shown: TaskReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, fields, asked }: CreateTask): Promise<Result<TaskView>> {
    if (!actor.may('task:create')) return err(forbidden('task:create'));
    const { tenantId, userId: by } = actor;
    const place = await this.placing.ofNew(actor, asked);
    if (!place.ok) return withFaultsOf(place, readTaskFields(fields));
    const dependencies = [...new Set(asked.dependencies)];
    const made = { id: this.ids.next(), tenantId, by, fields, ...asked, ...place.value, dependencies };
    const task = Task.create(made, this.clock.now());
    if (!task.ok) return task;
    const saved = await this.tasks.save(task.value);
    if (!saved.ok) return saved;
    await this.dependencies.begin(task.value, dependencies);
    const rolledUp = await this.neighbours.rollUp(actor, await this.neighbours.goalsOf(task.value));
    if (!rolledUp.ok) return rolledUp;
    return ok(existing(await this.shown.task(tenantId, task.value.state.id)));
  }
}
