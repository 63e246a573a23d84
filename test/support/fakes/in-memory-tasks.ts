import type { Result } from '#domain/shared/result';
import { fieldName } from '#domain/shared/changes';
import { Task, type TaskState } from '#domain/tasks/task';
import { wayBetween, type Wait } from '#domain/tasks/task-graph';
import { isOpen, type NamedTask } from '#domain/tasks/words';
import type { Page } from '#application/shared/listing';
import type { Clock } from '#application/shared/tools';
import type { TaskPredecessorView } from '#application/tasks/dependency-views';
import type { DependencyStore } from '#application/tasks/ports/dependency-store';
import type { TaskBoard } from '#application/tasks/ports/task-board';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import type { TaskRepository } from '#application/tasks/ports/task-repository';
import type { Reached, TaskSubtrees } from '#application/tasks/ports/task-subtrees';
import { taskView, type TaskView } from '#application/tasks/views';
import { InMemoryRows } from './in-memory-rows';

interface Dependency {
  readonly tenantId: string;
  readonly taskId: string;
  readonly dependsOnId: string;
  readonly createdAt: Date;
}

/** A goal as tasks know it. */
export interface KnownGoal {
  readonly id: string;
  readonly name: string;
  readonly status: 'draft' | 'active' | 'on_hold' | 'achieved';
  readonly isDeleted?: true;
}

/** Tasks in memory: the repository, what is seen of them, their board, what is below them, and what they wait for. */
export class InMemoryTasks implements TaskRepository, TaskReadModel, TaskBoard, TaskSubtrees, DependencyStore {
  readonly rows: InMemoryRows<TaskState>;
  readonly goals: KnownGoal[] = [];
  /** How often the board was taken. */
  held = 0;
  private waits: Dependency[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly userId: () => string | null,
  ) {
    this.rows = new InMemoryRows(clock, userId);
  }

  find(tenantId: string, id: string): Promise<Task | null> {
    const state = this.stateOf(tenantId, id);
    return Promise.resolve(state?.deletedAt === null ? new Task(state, state) : null);
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Task | null> {
    const state = this.stateOf(tenantId, id);
    return Promise.resolve(state ? new Task(state, state) : null);
  }

  known(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const live = this.rows.all.filter((row) => row.tenantId === tenantId && row.deletedAt === null);
    return Promise.resolve(new Set(live.map(({ id }) => id).filter((id) => ids.includes(id))));
  }

  save(task: Task): Promise<Result<void>> {
    return this.rows.save(task, () => undefined);
  }

  task(tenantId: string, id: string): Promise<TaskView | null> {
    const state = this.stateOf(tenantId, id);
    return Promise.resolve(state?.deletedAt === null ? this.viewOf(state) : null);
  }

  tasks(): Promise<Page<TaskView>> {
    throw new Error('nobody lists these');
  }

  hold(): Promise<void> {
    this.held += 1;
    return Promise.resolve();
  }

  openPredecessors(tenantId: string, id: string): Promise<NamedTask[]> {
    return Promise.resolve(this.before(tenantId, id).filter(isLiveAndOpen).map(named));
  }

  openSubtasks(tenantId: string, id: string): Promise<NamedTask[]> {
    const subtasks = this.rows.all.filter((row) => row.tenantId === tenantId && row.parentTaskId === id);
    return Promise.resolve(subtasks.filter(isLiveAndOpen).map(named));
  }

  way(tenantId: string, fromIds: readonly string[], toId: string): Promise<string[] | null> {
    const mine = <T extends { readonly tenantId: string }>(all: readonly T[]) =>
      all.filter((one) => one.tenantId === tenantId);
    const waits: Wait[] = [
      ...mine(this.waits).map(({ taskId, dependsOnId }) => ({ taskId, forId: dependsOnId })),
      ...mine(this.rows.all).flatMap(({ id, parentTaskId }) =>
        parentTaskId ? [{ taskId: parentTaskId, forId: id }] : [],
      ),
    ];
    return Promise.resolve(wayBetween(waits, fromIds, toId));
  }

  async levelsAbove(tenantId: string, id: string): Promise<number> {
    const parentId = this.stateOf(tenantId, id)?.parentTaskId;
    return parentId ? 1 + (await this.levelsAbove(tenantId, parentId)) : 1;
  }

  levelsBelow(tenantId: string, id: string): Promise<number> {
    const height = (ids: readonly string[]): number =>
      ids.length === 0 ? 0 : 1 + height(this.subtasksOf(tenantId, ids).map((row) => row.id));
    return Promise.resolve(height([id]));
  }

  release(tenantId: string, ids: readonly string[]): Promise<void> {
    const waiting = this.waits.filter((one) => one.tenantId === tenantId && ids.includes(one.dependsOnId));
    for (const id of new Set(waiting.map(({ taskId }) => taskId))) this.tellIfReady(tenantId, id);
    return Promise.resolve();
  }

  releaseItself(tenantId: string, id: string): Promise<void> {
    this.tellIfReady(tenantId, id);
    return Promise.resolve();
  }

  remove(tenantId: string, id: string, deletionId: string): Promise<Reached[]>;
  remove(task: Task, dependsOnId: string): Promise<void>;
  remove(one: string | Task, id: string, deletionId?: string): Promise<unknown> {
    return typeof one === 'string' ? this.removeBelow(one, id, deletionId) : this.removeDependency(one, id);
  }

  goneGoals(tenantId: string, deletionId: string): Promise<string[]> {
    const goalIds = this.rows.all.filter((row) => row.tenantId === tenantId && row.deletionId === deletionId);
    const gone = this.goals.filter(({ id, isDeleted }) => isDeleted && goalIds.some(({ goalId }) => goalId === id));
    return Promise.resolve(gone.map(({ id }) => id));
  }

  restore(tenantId: string, deletionId: string, exceptId: string): Promise<Reached[]> {
    const back = this.rows.all.filter(
      (row) => row.tenantId === tenantId && row.deletionId === deletionId && row.id !== exceptId,
    );
    return Promise.resolve(back.map((row) => this.put(row, { deletedAt: null, deletionId: null }, 'task.restored')));
  }

  idsOf(tenantId: string, taskId: string): Promise<string[]> {
    return Promise.resolve(this.before(tenantId, taskId).map(({ id }) => id));
  }

  list(tenantId: string, taskId: string): Promise<TaskPredecessorView[]> {
    const before = this.before(tenantId, taskId);
    return Promise.resolve(before.map((row) => this.predecessorView(taskId, row)));
  }

  async one(tenantId: string, taskId: string, dependsOnId: string): Promise<TaskPredecessorView | null> {
    const all = await this.list(tenantId, taskId);
    return all.find((one) => one.depends_on_id === dependsOnId) ?? null;
  }

  begin({ state }: Task, dependsOnIds: readonly string[]): Promise<void> {
    const { tenantId, id: taskId } = state;
    const createdAt = this.clock.now();
    this.waits.push(...dependsOnIds.map((dependsOnId) => ({ tenantId, taskId, dependsOnId, createdAt })));
    return Promise.resolve();
  }

  async add(task: Task, dependsOnId: string): Promise<void> {
    await this.begin(task, [dependsOnId]);
    this.rows.told.push(...task.facts);
  }

  private removeBelow(tenantId: string, id: string, deletionId = ''): Promise<Reached[]> {
    const below: TaskState[] = [];
    for (let ids = [id]; ids.length > 0;) {
      const next = this.subtasksOf(tenantId, ids);
      below.push(...next);
      ids = next.map((row) => row.id);
    }
    const live = below.filter(({ deletedAt }) => deletedAt === null);
    return Promise.resolve(
      live.map((row) => this.put(row, { deletedAt: this.clock.now(), deletionId }, 'task.deleted')),
    );
  }

  private removeDependency({ state, facts }: Task, dependsOnId: string): Promise<void> {
    this.waits = this.waits.filter((one) => one.taskId !== state.id || one.dependsOnId !== dependsOnId);
    this.rows.told.push(...facts);
    return Promise.resolve();
  }

  private put(row: TaskState, changes: Partial<TaskState>, type: string): Reached {
    this.rows.put({ ...row, ...changes, version: row.version + 1 });
    this.rows.told.push({ type, details: { task_id: row.id } });
    return { id: row.id, goalId: row.goalId, isOpen: isOpen(row.status) };
  }

  private tellIfReady(tenantId: string, id: string): void {
    const state = this.stateOf(tenantId, id);
    if (state?.deletedAt === null && this.viewOf(state).is_ready)
      this.rows.told.push({ type: 'task.ready', details: { task_id: id } });
  }

  private stateOf(tenantId: string, id: string): TaskState | undefined {
    return this.rows.all.find((row) => row.tenantId === tenantId && row.id === id);
  }

  private subtasksOf(tenantId: string, ids: readonly string[]): TaskState[] {
    return this.rows.all.filter((row) => row.tenantId === tenantId && ids.includes(row.parentTaskId ?? ''));
  }

  private before(tenantId: string, id: string): TaskState[] {
    return this.waits
      .filter((one) => one.tenantId === tenantId && one.taskId === id)
      .flatMap(({ dependsOnId }) => this.stateOf(tenantId, dependsOnId) ?? []);
  }

  private viewOf(state: TaskState): TaskView {
    const before = this.before(state.tenantId, state.id);
    const blockers = before.filter(isLiveAndOpen);
    const goal = this.goals.find(({ id }) => id === state.goalId);
    const isBlocked = state.status === 'blocked' || blockers.length > 0;
    const goes = !goal || goal.status === 'draft' || goal.status === 'active';
    const derived: Record<string, unknown> = {
      dependencies: before.map(({ id }) => id),
      blocked_by: blockers.map(({ id }) => id),
      is_blocked: isBlocked,
      is_ready: state.status === 'todo' && !isBlocked && goes,
    };
    const shown = (key: string): unknown => {
      const value = key in derived ? derived[key] : state[fieldName(key) as keyof TaskState];
      return value instanceof Date ? value.toISOString() : value;
    };
    return Object.fromEntries(Object.keys(taskView.shape).map((key) => [key, shown(key)])) as unknown as TaskView;
  }

  private predecessorView(taskId: string, row: TaskState): TaskPredecessorView {
    const wait = this.waits.find((one) => one.taskId === taskId && one.dependsOnId === row.id);
    return {
      task_id: taskId,
      depends_on_id: row.id,
      title: row.title,
      status: row.status,
      is_open: isLiveAndOpen(row),
      created_at: wait?.createdAt.toISOString() ?? '',
      created_by: this.userId(),
    };
  }
}

const isLiveAndOpen = ({ status, deletedAt }: TaskState): boolean => deletedAt === null && isOpen(status);

const named = ({ id, title, status }: TaskState): NamedTask => ({ id, title, status });
