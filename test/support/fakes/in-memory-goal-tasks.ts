import type { TaskFact } from '#domain/tasks/outgoing';
import { isOpen, type TaskStatus } from '#domain/tasks/words';
import type { GoalContributors, GoalDependants, NamedTask, TaskOfGoal } from '#application/goals/contract';
import type { Clock } from '#application/shared/tools';
import type { InMemoryGoals } from './in-memory-goals';

/** What goals see of a task. */
export interface StoredTask {
  readonly tenantId: string;
  readonly id: string;
  readonly goalId: string | null;
  readonly parentTaskId: string | null;
  readonly title: string;
  readonly status: TaskStatus;
  readonly blockedReason: string | null;
  readonly percentComplete: number;
  readonly estimatedHours: number | null;
  readonly completedAt: Date | null;
  readonly deletionId: string | null;
  readonly dependsOn: readonly string[];
  readonly version: number;
}

type Told = Readonly<Record<string, unknown>> & { readonly type: TaskFact; readonly taskId: string };

/** The tasks of goals that are kept in memory. */
export class InMemoryGoalTasks implements GoalContributors, GoalDependants {
  private readonly tasks = new Map<string, StoredTask>();
  readonly told: Told[] = [];
  /** Tenants whose board was held. */
  readonly held: string[] = [];

  constructor(
    private readonly goals: InMemoryGoals,
    private readonly clock: Clock,
  ) {}

  put(task: Pick<StoredTask, 'tenantId' | 'id' | 'goalId'> & Partial<StoredTask>): string {
    this.tasks.set(task.id, {
      ...{ parentTaskId: null, title: `task ${task.id}`, status: 'todo', blockedReason: null, percentComplete: 0 },
      ...{ estimatedHours: null, completedAt: null, deletionId: null, dependsOn: [], version: 1 },
      ...task,
    });
    return task.id;
  }

  get(id: string): StoredTask {
    const task = this.tasks.get(id);
    if (!task) throw new Error('there is no such task');
    return task;
  }

  tasksOf(tenantId: string, goalIds: readonly string[]): Promise<TaskOfGoal[]> {
    const own = this.live(tenantId).flatMap(({ goalId, title: name, ...task }) =>
      goalId !== null && goalIds.includes(goalId)
        ? [{ ...task, goalId, name, hasSubtasks: this.hasSubtasks(task.id) }]
        : [],
    );
    return Promise.resolve(own.toSorted((one, other) => (one.name < other.name ? -1 : 1)));
  }

  hold(tenantId: string): Promise<void> {
    this.held.push(tenantId);
    return Promise.resolve();
  }

  tasksUnder(tenantId: string, goalId: string, which: 'live' | 'open'): Promise<NamedTask[]> {
    const own = this.live(tenantId).filter(
      (task) => task.goalId === goalId && (which === 'live' || isOpen(task.status)),
    );
    return Promise.resolve(own.slice(0, 100).map(({ id, title, status }) => ({ id, title, status })));
  }

  end(tenantId: string, goalIds: readonly string[], to: 'completed' | 'cancelled', withGoalId: string): Promise<void> {
    const open = this.of(tenantId, goalIds).filter(({ status }) => isOpen(status));
    const done = to === 'completed' && { percentComplete: 100, completedAt: this.clock.now() };
    for (const task of open) this.change(task, { status: to, blockedReason: null, ...done });
    this.tell(to === 'completed' ? 'task.completed' : 'task.updated', open, { ended_with: withGoalId });
    this.tellReady(tenantId, open);
    return Promise.resolve();
  }

  remove(tenantId: string, goalIds: readonly string[], deletionId: string, withGoalId: string): Promise<string[]> {
    const taken = this.of(tenantId, goalIds);
    for (const task of taken) this.change(task, { deletionId });
    this.tell('task.deleted', taken, { deleted_with: withGoalId });
    this.tellReady(
      tenantId,
      taken.filter(({ status }) => isOpen(status)),
    );
    return Promise.resolve(this.goalsOfParents(tenantId, taken));
  }

  detach(tenantId: string, goalId: string): Promise<void> {
    const own = [...this.tasks.values()].filter((task) => task.tenantId === tenantId && task.goalId === goalId);
    for (const task of own) this.change(task, { goalId: null });
    this.tell('task.updated', own, { changes: { goal_id: { old: goalId, new: null } } });
    return Promise.resolve();
  }

  restore(tenantId: string, deletionId: string, withGoalId: string): Promise<string[]> {
    const taken = [...this.tasks.values()].filter(
      (task) => task.tenantId === tenantId && task.deletionId === deletionId,
    );
    for (const task of taken) this.change(task, { deletionId: null });
    this.tell('task.restored', taken, { restored_with: withGoalId });
    return Promise.resolve(this.goalsOfParents(tenantId, taken));
  }

  private live(tenantId: string): StoredTask[] {
    return [...this.tasks.values()].filter((task) => task.tenantId === tenantId && task.deletionId === null);
  }

  private of(tenantId: string, goalIds: readonly string[]): StoredTask[] {
    return this.live(tenantId).filter(({ goalId }) => goalId !== null && goalIds.includes(goalId));
  }

  private hasSubtasks(id: string): boolean {
    return [...this.tasks.values()].some(({ parentTaskId, deletionId }) => parentTaskId === id && deletionId === null);
  }

  private change(task: StoredTask, changes: Partial<StoredTask>): void {
    this.tasks.set(task.id, { ...task, ...changes, version: task.version + 1 });
  }

  private tell(type: TaskFact, tasks: readonly StoredTask[], more: object = {}): void {
    this.told.push(...tasks.map(({ id }) => ({ type, taskId: id, ...more })));
  }

  private tellReady(tenantId: string, closed: readonly StoredTask[]): void {
    const live = this.live(tenantId);
    const open = new Set(live.filter(({ status }) => isOpen(status)).map(({ id }) => id));
    const goals = this.goals.live(tenantId).filter(({ status }) => status === 'draft' || status === 'active');
    const mayStart = new Set<string | null>([null, ...goals.map(({ id }) => id)]);
    const waited = live.filter(
      ({ status, goalId, dependsOn }) =>
        status === 'todo' && mayStart.has(goalId) && closed.some(({ id }) => dependsOn.includes(id)),
    );
    this.tell(
      'task.ready',
      waited.filter(({ dependsOn }) => !dependsOn.some((id) => open.has(id))),
    );
  }

  private goalsOfParents(tenantId: string, tasks: readonly StoredTask[]): string[] {
    const parents = this.live(tenantId).filter(
      ({ id }) => tasks.some((task) => task.parentTaskId === id) && !tasks.some((task) => task.id === id),
    );
    return [...new Set(parents.flatMap(({ goalId }) => goalId ?? []))];
  }
}
