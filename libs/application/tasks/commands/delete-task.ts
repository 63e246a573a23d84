import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { Clock, Ids } from '#application/shared/tools';
import { Neighbours } from '#application/tasks/neighbours';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import { TaskSubtrees } from '#application/tasks/ports/task-subtrees';

/** Hides a task with all below it; whoever waited for any of them waits no more (SPEC 6, 7). */
export class DeleteTask extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(DeleteTask)
export class DeleteTaskHandler {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly subtrees: TaskSubtrees,
    private readonly neighbours: Neighbours,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, id, seen }: DeleteTask): Promise<Result<void>> {
    if (!actor.may('task:delete')) return err(forbidden('task:delete'));
    const { tenantId } = actor;
    await this.board.hold(tenantId);
    const task = await this.tasks.find(tenantId, id);
    if (!task) return err(missing('task'));
    const fresh = mustHaveSeen(task.state.version, seen);
    if (!fresh.ok) return fresh;
    const deletionId = this.ids.next();
    task.remove(deletionId, this.clock.now());
    const saved = await this.tasks.save(task);
    if (!saved.ok) return saved;
    const below = await this.subtrees.remove(tenantId, id, deletionId);
    const open = [{ id, isOpen: task.isOpen }, ...below].filter(({ isOpen }) => isOpen);
    if (open.length > 0) await this.board.release(tenantId, open.map(idOf));
    const others = below.flatMap(({ goalId }) => goalId ?? []);
    return this.neighbours.rollUp(actor, [...(await this.neighbours.goalsOf(task)), ...others]);
  }
}

const idOf = ({ id }: { readonly id: string }): string => id;
