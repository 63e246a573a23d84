import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { Role } from '#domain/shared/permissions';
import { done, ok, type Result } from '#domain/shared/result';
import { USUAL_FIELDS, type TaskFields } from '#domain/tasks/task-fields';
import type { TaskStatus } from '#domain/tasks/words';
import { type FindGoalStanding, RollUpGoals } from '#application/goals/contract';
import type { Door, Request } from '#application/shared/door';
import { AddDependency, AddDependencyHandler } from '#application/tasks/commands/add-dependency';
import { AssignTask, AssignTaskHandler } from '#application/tasks/commands/assign-task';
import { CreateTask, CreateTaskHandler } from '#application/tasks/commands/create-task';
import { DeleteTask, DeleteTaskHandler } from '#application/tasks/commands/delete-task';
import { EditTask, EditTaskHandler } from '#application/tasks/commands/edit-task';
import { MoveTask, MoveTaskHandler } from '#application/tasks/commands/move-task';
import { RemoveDependency, RemoveDependencyHandler } from '#application/tasks/commands/remove-dependency';
import { RestoreTask, RestoreTaskHandler } from '#application/tasks/commands/restore-task';
import { TransitionTask, TransitionTaskHandler } from '#application/tasks/commands/transition-task';
import { Neighbours } from '#application/tasks/neighbours';
import { Placing, type Asked, type Place } from '#application/tasks/placing';
import { GetDependency, GetDependencyHandler } from '#application/tasks/queries/get-dependency';
import { ListDependencies, ListDependenciesHandler } from '#application/tasks/queries/list-dependencies';
import { InMemoryTasks, type KnownGoal } from '../../../support/fakes/in-memory-tasks';
import { CountingIds, StandingClock } from '../../../support/fakes/tools';
import { expectOk } from '../../../support/results';

/** Everything the handlers of tasks stand on, in memory, and the steps that tests begin with. */
export class World {
  readonly tenantId = randomUUID();
  readonly userId = randomUUID();
  /** Somebody else of the tenant. */
  readonly memberId = randomUUID();
  readonly clock = new StandingClock();
  readonly ids = new CountingIds();
  readonly tasks = new InMemoryTasks(this.clock, () => this.userId);
  /** The goals that were rolled up, each time. */
  readonly rolledUp: (readonly string[])[] = [];
  /** What rolling up answers. */
  rollUp: Result<void> = done;

  private readonly door: Door = {
    send: <T>(request: Request<T>) => {
      if (request instanceof RollUpGoals) {
        this.rolledUp.push(request.goalIds);
        return Promise.resolve(this.rollUp as never);
      }
      const { goalId } = request as unknown as FindGoalStanding;
      const goal = this.tasks.goals.find(({ id, isDeleted }) => id === goalId && !isDeleted);
      return Promise.resolve(ok((goal && { ...goal, isOpen: goal.status !== 'achieved' }) ?? null) as never);
    },
  };
  private readonly members = {
    membersOf: (_tenantId: string, ids: readonly string[]) =>
      Promise.resolve(ids.filter((id) => id === this.memberId).map((id) => ({ id, name: 'Ann', email: 'ann@x.org' }))),
  };
  private readonly placing = new Placing(this.tasks, this.tasks, this.members, this.door);
  private readonly neighbours = new Neighbours(this.tasks, this.tasks, this.door);

  as(role: Role): Actor {
    return Actor.member(this.tenantId, this.userId, role);
  }

  get admin(): Actor {
    return this.as('Admin');
  }

  get stranger(): Actor {
    return Actor.member(randomUUID(), randomUUID(), 'Owner');
  }

  get told(): string[] {
    return this.tasks.rows.told.map(({ type }) => type);
  }

  goal(status: KnownGoal['status'] = 'active'): string {
    const id = this.ids.next();
    this.tasks.goals.push({ id, name: 'A goal', status });
    return id;
  }

  create(fields: Partial<TaskFields> = {}, asked: Partial<Asked> = {}, actor = this.admin) {
    const { tasks, placing, neighbours, clock, ids } = this;
    return new CreateTaskHandler(tasks, tasks, placing, neighbours, tasks, clock, ids).execute(
      new CreateTask(
        actor,
        { ...USUAL_FIELDS, title: 'A task', ownerId: this.userId, ...fields },
        { parentTaskId: null, assignedTo: null, dependencies: [], ...asked },
      ),
    );
  }

  /** Makes a task and answers its id. */
  async task(asked: Partial<Asked> = {}): Promise<string> {
    return expectOk(await this.create({}, asked)).id;
  }

  edit(id: string, fields: Partial<TaskFields>, seen: number | null = 1, actor = this.admin) {
    const handler = new EditTaskHandler(this.tasks, this.tasks, this.neighbours, this.tasks);
    return handler.execute(new EditTask(actor, id, seen ?? undefined, fields));
  }

  move(id: string, place: Place, seen: number | null = 1, actor = this.admin) {
    const handler = new MoveTaskHandler(this.tasks, this.tasks, this.placing, this.neighbours, this.tasks);
    return handler.execute(new MoveTask(actor, id, seen ?? undefined, place, {}));
  }

  change(id: string, to: TaskStatus, { override = false, seen = 0, actor = this.admin } = {}) {
    const handler = new TransitionTaskHandler(this.tasks, this.tasks, this.neighbours, this.tasks, this.clock);
    return handler.execute(new TransitionTask(actor, id, seen === 0 ? undefined : seen, to, 'because', override));
  }

  assign(id: string, to: string | null, seen: number | null = null, actor = this.admin) {
    const handler = new AssignTaskHandler(this.tasks, this.placing, this.tasks);
    return handler.execute(new AssignTask(actor, id, seen ?? undefined, to));
  }

  remove(id: string, seen: number | null = 1, actor = this.admin) {
    const { tasks, neighbours, clock, ids } = this;
    const handler = new DeleteTaskHandler(tasks, tasks, tasks, neighbours, clock, ids);
    return handler.execute(new DeleteTask(actor, id, seen ?? undefined));
  }

  restore(id: string, seen: number | null = null, actor = this.admin) {
    const { tasks, neighbours } = this;
    const handler = new RestoreTaskHandler(tasks, tasks, tasks, neighbours, tasks);
    return handler.execute(new RestoreTask(actor, id, seen ?? undefined));
  }

  depend(id: string, on: string, actor = this.admin) {
    return new AddDependencyHandler(this.tasks, this.tasks, this.tasks).execute(new AddDependency(actor, id, on));
  }

  dependNoMore(id: string, on: string, actor = this.admin) {
    return new RemoveDependencyHandler(this.tasks, this.tasks, this.tasks).execute(new RemoveDependency(actor, id, on));
  }

  dependencies(id: string, actor = this.admin) {
    return new ListDependenciesHandler(this.tasks, this.tasks).execute(new ListDependencies(actor, id));
  }

  dependency(id: string, on: string, actor = this.admin) {
    return new GetDependencyHandler(this.tasks, this.tasks).execute(new GetDependency(actor, id, on));
  }
}
