import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Task, type NewTask } from '#domain/tasks/task';
import { USUAL_FIELDS, type TaskFields } from '#domain/tasks/task-fields';
import type { TaskStatus } from '#domain/tasks/words';
import { Clock } from '#application/shared/tools';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import { TaskSubtrees, type Reached } from '#application/tasks/ports/task-subtrees';
import { taskView } from '#application/tasks/views';
import { TestApp } from '../support/app';
import { InMemoryTasks, type KnownGoal } from '../support/fakes/in-memory-tasks';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';

interface Stores {
  readonly tasks: TaskRepository;
  readonly shown: TaskReadModel;
  readonly board: TaskBoard;
  readonly subtrees: TaskSubtrees;
  readonly dependencies: DependencyStore;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly userId: string;
  /** One transaction of a member of the tenant, or of the other one. */
  readonly work: <T>(use: (stores: Stores) => Promise<T>, tenantId?: string) => Promise<T>;
  /** The facts told so far, by type, of one task. */
  readonly told: (id: string) => Promise<string[]>;
  /** A goal of the tenant. */
  readonly goal: (status: KnownGoal['status'], isDeleted?: true) => Promise<string>;
}

const NOW = new Date();

const AROUND = { goal: null, parent: null, blockers: [], openSubtasks: [], overrides: false } as const;

interface More extends Partial<TaskFields> {
  readonly parent?: Task;
  readonly goalId?: string;
  readonly after?: readonly Task[];
}

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;

  beforeEach(async () => {
    subject = await make();
  });

  const made = ({ parent, goalId, after = [], ...more }: More = {}): Task => {
    const { tenantId, userId: by } = subject;
    const place: Pick<NewTask, 'goal' | 'below'> = {
      goal: goalId === undefined ? null : { id: goalId, status: 'active', isOpen: true },
      below: parent ? { parent, levels: 2, way: null } : null,
    };
    const fields: TaskFields = { ...USUAL_FIELDS, title: 'A task', ownerId: null, ...more };
    const dependencies = after.map(({ state }) => state.id);
    return expectOk(Task.create({ id: v7(), tenantId, by, fields, assignedTo: null, ...place, dependencies }, NOW));
  };

  const save = async (task: Task): Promise<void> => {
    expectOk(await subject.work(({ tasks }) => tasks.save(task)));
  };

  const found = async (id: string): Promise<Task> => {
    const task = await subject.work(({ tasks }) => tasks.findEvenDeleted(subject.tenantId, id));
    if (!task) throw new Error('it should be there');
    return task;
  };

  const stored = async (more: More = {}): Promise<Task> => {
    const task = made(more);
    await save(task);
    const ids = (more.after ?? []).map(({ state }) => state.id);
    await subject.work(({ dependencies }) => dependencies.begin(task, ids));
    return found(task.state.id);
  };

  const change = async ({ state: { id } }: Task, to: TaskStatus): Promise<void> => {
    const task = await found(id);
    expectOk(task.transition(to, 'because', AROUND, NOW));
    await save(task);
  };

  const idOf = ({ state }: Task): string => state.id;
  const board = <T>(use: (board: TaskBoard) => Promise<T>, tenantId?: string) =>
    subject.work((stores) => use(stores.board), tenantId);
  const ready = async (...tasks: Task[]): Promise<number[]> => {
    const told = await Promise.all(tasks.map((task) => subject.told(idOf(task))));
    return told.map((types) => types.filter((type) => type === 'task.ready').length);
  };
  const live = async (...tasks: Task[]): Promise<boolean[]> => {
    const known = await subject.work((stores) => stores.tasks.known(subject.tenantId, tasks.map(idOf)));
    return tasks.map((task) => known.has(idOf(task)));
  };

  it('gives a task back as it was stored, and shows every key of it', async () => {
    const first = await stored();
    const task = made({
      ...{ tags: ['b', 'a'], metadata: { nested: { list: [1] } }, estimatedHours: 2.125, percentComplete: 7 },
      ...{ dueDate: NOW, description: 'More', ownerId: subject.userId, after: [first] },
    });
    await save(task);
    await subject.work(({ dependencies }) => dependencies.begin(task, [idOf(first)]));
    const { createdAt, updatedAt, ...rest } = task.state;
    expect((await found(idOf(task))).state).toMatchObject({ ...rest, createdBy: subject.userId, version: 1 });
    expect([createdAt, updatedAt]).toEqual([NOW, NOW]);
    const shown = await subject.work((stores) => stores.shown.task(subject.tenantId, idOf(task)));
    expect(Object.keys(shown ?? {}).sort()).toEqual(Object.keys(taskView.shape).sort());
    expect(shown).toMatchObject({ estimated_hours: 2.125, dependencies: [idOf(first)], is_blocked: true });
  });

  it('finds nothing of another tenant, and what is deleted only when asked for', async () => {
    const task = await stored();
    const { otherTenantId, tenantId } = subject;
    expect(await subject.work(({ tasks }) => tasks.find(otherTenantId, idOf(task)), otherTenantId)).toBeNull();
    task.remove(v7(), NOW);
    await save(task);
    expect(await subject.work(({ tasks }) => tasks.find(tenantId, idOf(task)))).toBeNull();
    expect(await live(task)).toEqual([false]);
    expect(await subject.work(({ shown }) => shown.task(tenantId, idOf(task)))).toBeNull();
    expect((await found(idOf(task))).state.deletedAt).toEqual(NOW);
  });

  it('lets one of two changes of the same version through', async () => {
    const { state } = await stored();
    const [one, other] = [await found(state.id), await found(state.id)];
    expectOk(one.edit({ title: 'One', tags: ['x'] }));
    expectOk(other.edit({ title: 'Other' }));
    await save(one);
    expect(await subject.work(({ tasks }) => tasks.save(other))).toMatchObject({
      ok: false,
      error: { kind: 'stale', details: { current_version: 2 } },
    });
    expect((await found(state.id)).state).toMatchObject({ title: 'One', tags: ['x'] });
  });

  it('names what stands open before a task and below it', async () => {
    const [open, closed, gone] = [await stored(), await stored(), await stored()];
    await change(closed, 'cancelled');
    gone.remove(v7(), NOW);
    await save(gone);
    const task = await stored({ after: [open, closed, gone] });
    const [below, done] = [await stored({ parent: task }), await stored({ parent: task })];
    await change(done, 'completed');
    const names = [{ id: idOf(open), title: 'A task', status: 'todo' }];
    expect(await board((it) => it.openPredecessors(subject.tenantId, idOf(task)))).toEqual(names);
    expect((await board((it) => it.openSubtasks(subject.tenantId, idOf(task)))).map(({ id }) => id)).toEqual([
      idOf(below),
    ]);
    const list = await subject.work(({ dependencies }) => dependencies.list(subject.tenantId, idOf(task)));
    expect(Object.fromEntries(list.map((one) => [one.depends_on_id, one.is_open]))).toEqual({
      [idOf(open)]: true,
      [idOf(closed)]: false,
      [idOf(gone)]: false,
    });
  });

  it('finds the shortest way along dependencies and subtasks, also past what is closed or deleted', async () => {
    const end = await stored();
    const middle = await stored({ after: [end] });
    const parent = await stored();
    const child = await stored({ parent, after: [middle] });
    const other = await stored({ after: [parent] });
    await change(middle, 'cancelled');
    child.remove(v7(), NOW);
    await save(child);
    const way = (from: Task[], to: Task) => board((it) => it.way(subject.tenantId, from.map(idOf), idOf(to)));
    expect(await way([other], end)).toEqual([other, parent, child, middle, end].map(idOf));
    expect(await way([other, middle], end)).toEqual([middle, end].map(idOf));
    expect(await way([end], other)).toBeNull();
    expect(await way([end], end)).toEqual([idOf(end)]);
    expect(
      await board((it) => it.way(subject.otherTenantId, [idOf(other)], idOf(end)), subject.otherTenantId),
    ).toBeNull();
  });

  it('counts levels above and below a task, itself included', async () => {
    const top = await stored();
    const middle = await stored({ parent: top });
    const leaf = await stored({ parent: middle });
    const levels = (task: Task) =>
      board(async (it) => [
        await it.levelsAbove(subject.tenantId, idOf(task)),
        await it.levelsBelow(subject.tenantId, idOf(task)),
      ]);
    expect([await levels(top), await levels(middle), await levels(leaf)]).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
    leaf.remove(v7(), NOW);
    await save(leaf);
    expect(await levels(middle)).toEqual([2, 2]);
  });

  it('tells of what waited for closed tasks and is ready now, and of nothing else', async () => {
    const [one, other, goal] = [await stored(), await stored(), await subject.goal('on_hold')];
    const [alone, both] = [await stored({ after: [one] }), await stored({ after: [one, other] })];
    const [held, begun] = [await stored({ after: [one], goalId: goal }), await stored({ after: [one] })];
    await change(begun, 'in_progress');
    const gone = await stored({ after: [one] });
    gone.remove(v7(), NOW);
    await save(gone);
    await change(one, 'completed');
    await board((it) => it.release(subject.tenantId, [idOf(one)]));
    expect(await ready(alone, both, held, begun, gone, one)).toEqual([1, 0, 0, 0, 0, 0]);
    await change(other, 'cancelled');
    await board((it) => it.release(subject.tenantId, [idOf(other)]));
    expect(await ready(alone, both)).toEqual([1, 1]);
  });

  it('tells of a task itself only if it is ready', async () => {
    const first = await stored();
    const [free, waits, held] = [
      await stored({ goalId: await subject.goal('draft') }),
      await stored({ after: [first] }),
      await stored({ goalId: await subject.goal('achieved') }),
    ];
    for (const task of [free, waits, held]) await board((it) => it.releaseItself(subject.tenantId, idOf(task)));
    expect(await ready(free, waits, held)).toEqual([1, 0, 0]);
  });

  it('hides what is below a task under one deletion, and brings back just that', async () => {
    const [top, goal] = [await stored(), await subject.goal('active', true)];
    const middle = await stored({ parent: top });
    const leaf = await stored({ parent: middle, goalId: goal });
    const before = await stored({ parent: top });
    before.remove(v7(), NOW);
    await save(before);
    await change(leaf, 'completed');
    const deletion = v7();
    const removed = await subject.work(({ subtrees }) => subtrees.remove(subject.tenantId, idOf(top), deletion));
    const byId = (all: readonly Reached[]) => [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
    const reached = byId([
      { id: idOf(middle), goalId: null, isOpen: true },
      { id: idOf(leaf), goalId: goal, isOpen: false },
    ]);
    expect(byId(removed)).toEqual(reached);
    expect(await live(top, middle, leaf, before)).toEqual([true, false, false, false]);
    expect(await subject.work(({ subtrees }) => subtrees.goneGoals(subject.tenantId, deletion))).toEqual([goal]);
    const back = await subject.work(({ subtrees }) => subtrees.restore(subject.tenantId, deletion, idOf(middle)));
    expect(back).toEqual([{ id: idOf(leaf), goalId: goal, isOpen: false }]);
    expect(await live(middle, leaf, before)).toEqual([false, true, false]);
    expect((await subject.told(idOf(leaf))).slice(2)).toEqual(['task.deleted', 'task.restored']);
    expect((await found(idOf(leaf))).state.version).toBe(4);
  });

  it('keeps what a task waits for, tells of a change, and raises no version', async () => {
    const [first, task] = [await stored(), await stored()];
    expectOk(task.dependOn(idOf(first), [], null));
    await subject.work(({ dependencies }) => dependencies.add(task, idOf(first)));
    const ids = () => subject.work(({ dependencies }) => dependencies.idsOf(subject.tenantId, idOf(task)));
    const one = (id: string) => subject.work((stores) => stores.dependencies.one(subject.tenantId, idOf(task), id));
    expect(await ids()).toEqual([idOf(first)]);
    expect(await one(idOf(first))).toEqual({
      ...{ task_id: idOf(task), depends_on_id: idOf(first), title: 'A task', status: 'todo', is_open: true },
      ...{ created_at: NOW.toISOString(), created_by: subject.userId },
    });
    const again = await found(idOf(task));
    expectOk(again.dependNoMore(idOf(first), await ids()));
    await subject.work(({ dependencies }) => dependencies.remove(again, idOf(first)));
    expect([await ids(), await one(idOf(first))]).toEqual([[], null]);
    expect(await subject.told(idOf(task))).toEqual(['task.created', 'task.updated', 'task.updated']);
    expect((await found(idOf(task))).state.version).toBe(1);
  });

  it('touches nothing of another tenant', async () => {
    const top = await stored();
    const [below, waits] = [await stored({ parent: top }), await stored({ after: [top] })];
    await subject.work(async (stores) => {
      const { otherTenantId: tenantId } = subject;
      expect(await stores.subtrees.remove(tenantId, idOf(top), v7())).toEqual([]);
      expect(await stores.dependencies.idsOf(tenantId, idOf(waits))).toEqual([]);
      expect(await stores.board.openSubtasks(tenantId, idOf(top))).toEqual([]);
      expect((await stores.tasks.known(tenantId, [idOf(top)])).size).toBe(0);
      await stores.board.releaseItself(tenantId, idOf(top));
    }, subject.otherTenantId);
    expect((await found(idOf(below))).state).toEqual(below.state);
    expect(await ready(top)).toEqual([0]);
  });
};

describe('tasks in memory', () => {
  suite(() => {
    const [tenantId, otherTenantId, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const tasks = new InMemoryTasks(new StandingClock(NOW), () => userId);
    const stores = { tasks, shown: tasks, board: tasks, subtrees: tasks, dependencies: tasks };
    const told = (id: string) =>
      Promise.resolve(tasks.rows.told.filter(({ details }) => details.task_id === id).map(({ type }) => type));
    const goal: Subject['goal'] = (status, isDeleted) => {
      const id = v7();
      tasks.goals.push({ id, name: 'A goal', status, ...(isDeleted && { isDeleted }) });
      return Promise.resolve(id);
    };
    return Promise.resolve({ tenantId, otherTenantId, userId, work: (use) => use(stores), told, goal });
  });
});

describe('tasks in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    jest.spyOn(app.nest.get<Clock>(Clock), 'now').mockReturnValue(NOW);
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId, token }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const stores = {
      tasks: app.nest.get<TaskRepository>(TaskRepository),
      shown: app.nest.get<TaskReadModel>(TaskReadModel),
      board: app.nest.get<TaskBoard>(TaskBoard),
      subtrees: app.nest.get<TaskSubtrees>(TaskSubtrees),
      dependencies: app.nest.get<DependencyStore>(DependencyStore),
    };
    const work: Subject['work'] = (use, tenant = tenantId) =>
      inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(stores));
    const told = async (id: string) => {
      const rows = await app.rows<{ message: string }>(
        `SELECT message FROM outbox WHERE message::json -> 'details' ->> 'task_id' = $1 ORDER BY id`,
        [id],
      );
      return rows.map(({ message }) => (JSON.parse(message) as { event_type: string }).event_type);
    };
    const goal: Subject['goal'] = async (status, isDeleted) => {
      const made = await app.ask('POST', '/goals', {
        token: token.Owner,
        body: { name: 'A goal', goal_type: 'tactical' },
      });
      await app.rows(
        `UPDATE goals SET status = $2, held_since = CASE WHEN $2 = 'on_hold' THEN now() END,
           completion_date = CASE WHEN $2 = 'achieved' THEN now() END,
           deleted_at = CASE WHEN $3 THEN now() END, deletion_id = CASE WHEN $3 THEN id END WHERE id = $1`,
        [made.body.id, status, isDeleted ?? false],
      );
      return String(made.body.id);
    };
    return { tenantId, otherTenantId, userId, work, told, goal };
  });

  it('keeps what tags are searched by in step with what tasks say', async () => {
    const { id, token } = await app.tenant();
    const ask = (method: 'POST' | 'PATCH', path: string, body: object) =>
      app.ask(method, path, { token: token.Owner, body, headers: { 'if-match': '"1"' } });
    const task = (await ask('POST', '/tasks', { title: 'Tagged', tags: ['a', 'b'] })).body;
    await ask('PATCH', `/tasks/${String(task.id)}`, { tags: ['b', 'c'] });
    const rows = await app.rows<{ tag: string }>('SELECT tag FROM task_tags WHERE tenant_id = $1 ORDER BY tag', [id]);
    expect(rows.map(({ tag }) => tag)).toEqual(['b', 'c']);
  });
});
