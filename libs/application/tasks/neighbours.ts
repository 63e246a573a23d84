import type { Actor } from '#domain/shared/actor';
import { done, ok, type Result } from '#domain/shared/result';
import type { Around, Task } from '#domain/tasks/task';
import { needsClearWay } from '#domain/tasks/transitions';
import { isOpen, type TaskStatus } from '#domain/tasks/words';
import { FindGoalStanding, RollUpGoals } from '#application/goals/contract';
import type { Door } from '#application/shared/door';
import type { TaskBoard } from '#application/tasks/ports/task-board';
import type { TaskRepository } from '#application/tasks/ports/task-repository';

/** What stands around a task: what a change must look at, and what it sets going. */
export class Neighbours {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly board: TaskBoard,
    private readonly door: Door,
  ) {}

  /** What a change of status must look at. */
  async around(actor: Actor, task: Task, to: TaskStatus, overrides: boolean): Promise<Around> {
    const { tenantId, id, goalId, parentTaskId } = task.state;
    const [opens, clear] = [!task.isOpen, needsClearWay(to)];
    const goal = opens && goalId !== null ? await this.door.send(new FindGoalStanding(actor, goalId)) : ok(null);
    return {
      goal: goal.ok ? goal.value : null,
      parent: opens && parentTaskId !== null ? await this.tasks.find(tenantId, parentTaskId) : null,
      blockers: clear ? await this.board.openPredecessors(tenantId, id) : [],
      openSubtasks: to === 'completed' ? await this.board.openSubtasks(tenantId, id) : [],
      overrides,
    };
  }

  /** The goals whose progress hangs on a task: its own, and its parent's, which counts it no more than its subtasks. */
  async goalsOf({ state }: Task): Promise<string[]> {
    const { tenantId, goalId, parentTaskId } = state;
    const parent = parentTaskId === null ? null : await this.tasks.findEvenDeleted(tenantId, parentTaskId);
    return [goalId, parent?.state.goalId].filter((id) => typeof id === 'string');
  }

  /** Once the rows are written. */
  rollUp(actor: Actor, goalIds: readonly string[]): Promise<Result<void>> {
    const distinct = [...new Set(goalIds)];
    return distinct.length > 0 ? this.door.send(new RollUpGoals(actor, distinct)) : Promise.resolve(done);
  }

  /** Once a change of status is written: sets free who waited for the task, or itself, and rolls up. */
  async afterStatus(actor: Actor, task: Task, from: TaskStatus): Promise<Result<void>> {
    const { tenantId, id, status } = task.state;
    if (from === 'blocked' && status === 'todo') await this.board.releaseItself(tenantId, id);
    if (isOpen(from) === task.isOpen) return done;
    if (!task.isOpen) await this.board.release(tenantId, [id]);
    return this.rollUp(actor, await this.goalsOf(task));
  }
}
