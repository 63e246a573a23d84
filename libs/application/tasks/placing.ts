import type { Actor } from '#domain/shared/actor';
import { fault, invalid } from '#domain/shared/errors';
import { below } from '#domain/shared/json';
import { done, err, faultsOf, ok, type Result } from '#domain/shared/result';
import type { Below, Move, NewTask, Task } from '#domain/tasks/task';
import { FindGoalStanding, type GoalStanding } from '#application/goals/contract';
import type { Members } from '#application/identity/contract';
import type { Door } from '#application/shared/door';
import type { TaskBoard } from '#application/tasks/ports/task-board';
import type { TaskRepository } from '#application/tasks/ports/task-repository';

/** What a caller names around a new task. */
export interface Asked {
  /** Left out: the parent's. */
  readonly goalId?: string | null | undefined;
  readonly parentTaskId: string | null;
  readonly assignedTo: string | null;
  readonly dependencies: readonly string[];
}

/** Where a task is to stand: what is left out stays, `null` is nowhere. */
export interface Place {
  readonly goalId?: string | null | undefined;
  readonly parentTaskId?: string | null | undefined;
}

/** Looks up whatever a caller names around a task; 422 with each that is not there, is another tenant's or is deleted. */
export class Placing {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly members: Members,
    private readonly door: Door,
  ) {}

  /** Around a new task. Holds the board where anything stands on it. */
  async ofNew(actor: Actor, asked: Asked): Promise<Result<Pick<NewTask, 'goal' | 'below'>>> {
    const { goalId, parentTaskId, assignedTo, dependencies } = asked;
    if (goalId || parentTaskId || dependencies.length > 0) await this.board.hold(actor.tenantId);
    const parent = await this.parent(actor, parentTaskId);
    const inherited = parent.ok ? (parent.value?.state.goalId ?? null) : null;
    const goal = await this.goal(actor, goalId === undefined ? inherited : goalId);
    const others = [await this.predecessors(actor, dependencies), await this.member(actor, assignedTo)];
    const faults = [goal, parent, ...others].flatMap(faultsOf);
    if (!goal.ok || !parent.ok || faults.length > 0) return err(invalid(faults));
    return ok({ goal: goal.value, below: parent.value && (await this.below(parent.value, dependencies, 1)) });
  }

  /** Around a task that is to stand elsewhere. The caller holds the board. */
  async ofMove(actor: Actor, id: string, { goalId, parentTaskId }: Place): Promise<Result<Move>> {
    const goal = await this.goal(actor, goalId ?? null);
    const parent = await this.parent(actor, parentTaskId ?? null);
    if (!goal.ok || !parent.ok) return err(invalid([goal, parent].flatMap(faultsOf)));
    const height = parent.value ? await this.board.levelsBelow(actor.tenantId, id) : 0;
    return ok({
      ...(goalId !== undefined && { goal: goal.value }),
      ...(parentTaskId !== undefined && { below: parent.value && (await this.below(parent.value, [id], height)) }),
    });
  }

  /** Who is to have a task must be a member of the tenant. */
  async member({ tenantId }: Actor, id: string | null): Promise<Result<void>> {
    if (id === null || (await this.members.membersOf(tenantId, [id])).length > 0) return done;
    return unknown('/assigned_to', 'member');
  }

  private async below(parent: Task, fromIds: readonly string[], height: number): Promise<Below> {
    const { tenantId, id } = parent.state;
    const way = fromIds.length > 0 ? await this.board.way(tenantId, fromIds, id) : null;
    return { parent, levels: (await this.board.levelsAbove(tenantId, id)) + height, way };
  }

  private async goal(actor: Actor, id: string | null): Promise<Result<GoalStanding | null>> {
    if (id === null) return ok(null);
    const found = await this.door.send(new FindGoalStanding(actor, id));
    return found.ok && found.value === null ? unknown('/goal_id', 'goal') : found;
  }

  private async parent({ tenantId }: Actor, id: string | null): Promise<Result<Task | null>> {
    if (id === null) return ok(null);
    const parent = await this.tasks.find(tenantId, id);
    return parent ? ok(parent) : unknown('/parent_task_id', 'task');
  }

  private async predecessors({ tenantId }: Actor, ids: readonly string[]): Promise<Result<void>> {
    const known = ids.length > 0 ? await this.tasks.known(tenantId, ids) : new Set<string>();
    const faults = ids.flatMap((id, n) => (known.has(id) ? [] : [unknownAt(below('/dependencies', n), 'task')]));
    return faults.length > 0 ? err(invalid(faults)) : done;
  }
}

const unknownAt = (pointer: string, thing: string) => fault(pointer, 'unknown', `There is no such ${thing}.`);

const unknown = (pointer: string, thing: string) => err(invalid([unknownAt(pointer, thing)]));
