import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { GOAL_STATUSES } from '#domain/goals/words';
import { criticalPath, type CriticalPath, type PlannedTask } from '#domain/tasks/critical-path';
import { isOpen, TASK_STATUSES, type TaskStatus } from '#domain/tasks/words';
import type { PageRequest } from '#application/shared/listing';
import { DueTasks } from '#application/tasks/ports/due-tasks';
import { GoalSchedule } from '#application/tasks/ports/goal-schedule';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { SqlTaskReadModel } from '#adapters/tasks/persistence/sql-task-read-model';
import { TestApp } from '../support/app';
import { InMemoryTaskViews } from '../support/fakes/in-memory-task-views';
import { pageRequest } from '../support/fakes/pages';
import { inDoor } from '../support/in-door';
import { insertGoals, insertTasks, storedTask, type StoredGoal, type StoredTask } from '../support/stored-tasks';

interface Views {
  readonly tasks: TaskReadModel;
  readonly schedule: GoalSchedule;
  readonly due: DueTasks;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly see: <T>(use: (views: Views) => Promise<T>, tenantId?: string) => Promise<T>;
  readonly put: (...tasks: readonly StoredTask[]) => Promise<unknown>;
  readonly putGoals: (...goals: readonly StoredGoal[]) => Promise<unknown>;
}

interface Made {
  readonly at: number;
  readonly hours: number | null;
  readonly status: TaskStatus;
  readonly after: readonly number[];
  readonly below: number | null;
}

/** Tasks that depend on earlier ones and stand below later ones only, so that no circle can arise. */
const boards = fc.array(
  fc.record<Made>({
    at: fc.nat({ max: 2 }),
    hours: fc.option(fc.integer({ min: 0, max: 4 })),
    status: fc.constantFrom('todo', 'todo', ...TASK_STATUSES),
    after: fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 3 }),
    below: fc.option(fc.nat({ max: 5 })),
  }),
  { maxLength: 10 },
);

const boardOf = (made: readonly Made[], goalIds: readonly (string | null)[]): StoredTask[] => {
  const ids = made.map(() => v7());
  return made.map(({ at, hours, status, after, below }, n) =>
    storedTask({
      ...{ id: ids[n]!, goal_id: goalIds[at]!, status, estimated_hours: hours },
      dependencies: after.filter((one) => one < n).map((one) => ids[one]!),
      parent_task_id: below === null ? null : (ids[n + 1 + below] ?? null),
    }),
  );
};

const planOf = (board: readonly StoredTask[]): PlannedTask[] =>
  board
    .filter(({ status }) => isOpen(status))
    .map(({ id, parent_task_id, estimated_hours, dependencies }) => {
      return { id, parentTaskId: parent_task_id, estimatedHours: estimated_hours, dependencies };
    });

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;
  beforeEach(async () => {
    subject = await make();
  });

  const read = (id: string, tenantId = subject.tenantId) =>
    subject.see(({ tasks }) => tasks.task(tenantId, id), tenantId);
  const list = async (filters: PageRequest['filters'] = {}, more: Partial<PageRequest> = {}) => {
    const request = pageRequest({ by: 'created_at', limit: 200, filters, ...more });
    return subject.see(({ tasks }) => tasks.tasks(subject.tenantId, request));
  };
  const titles = async (...asked: Parameters<typeof list>) => (await list(...asked)).items.map(({ title }) => title);
  const goals = async (): Promise<StoredGoal[]> => {
    const all = [false, true].flatMap((isDeleted) => GOAL_STATUSES.map((status) => ({ id: v7(), status, isDeleted })));
    await subject.putGoals(...all);
    return all;
  };

  describe('a task', () => {
    it('is shown as it is stored, with nothing that holds it up', async () => {
      const [goal] = await goals();
      const parent = storedTask();
      const task = storedTask({
        ...{ goal_id: goal!.id, parent_task_id: parent.id, title: 'as it is', description: 'a text', priority: 'high' },
        ...{ owner_id: randomUUID(), assigned_to: randomUUID(), percent_complete: 40, estimated_hours: 1.5 },
        ...{ due_date: '2026-03-01T23:59:59.999Z', actual_hours: 0.25, tags: ['one', 'two'], metadata: { a: [1] } },
        ...{ version: 7, created_by: randomUUID(), updated_by: randomUUID(), updated_at: '2026-02-01T00:00:00.001Z' },
      });
      await subject.put(parent, task);
      expect(await read(task.id)).toEqual({ ...task, blocked_by: [], is_blocked: false, is_ready: true });
      expect((await list({ parent_task_id: [parent.id] })).items).toEqual([await read(task.id)]);
    });

    it('is nothing when it is deleted, and nothing to another tenant', async () => {
      const [gone, there] = [storedTask({ deleted_at: '2026-02-01T00:00:00.000Z', title: 'gone' }), storedTask()];
      await subject.put(gone, there);
      expect([await read(gone.id), await read(there.id, subject.otherTenantId)]).toEqual([null, null]);
      expect(await titles({}, { deletedOnly: true })).toEqual(['gone']);
      expect(await titles()).toEqual(['A task']);
    });

    it.each(TASK_STATUSES)('that is %s is blocked and ready by its own status', async (status) => {
      const task = storedTask({ status });
      await subject.put(task);
      const expected = { blocked_by: [], is_blocked: status === 'blocked', is_ready: status === 'todo' };
      expect(await read(task.id)).toMatchObject(expected);
    });

    it('is blocked by what of its dependencies is open and not deleted, and names them all', async () => {
      const all = TASK_STATUSES.flatMap((status) => [
        storedTask({ status, title: 'before' }),
        storedTask({ status, deleted_at: '2026-02-01T00:00:00.000Z' }),
      ]);
      const held = storedTask({ dependencies: all.map(({ id }) => id) });
      const free = storedTask({ dependencies: all.filter((_, n) => n > 5).map(({ id }) => id) });
      await subject.put(...all, held, free);
      expect(await read(held.id)).toMatchObject({
        dependencies: all.map(({ id }) => id),
        ...{ blocked_by: [all[0], all[2], all[4]].map((task) => task!.id), is_blocked: true, is_ready: false },
      });
      expect(await read(free.id)).toMatchObject({ blocked_by: [], is_blocked: false, is_ready: true });
    });

    it('is ready where its goal is worked on, and where it has none', async () => {
      const all = await goals();
      const tasks = all.map(({ id, status, isDeleted }) =>
        storedTask({ goal_id: id, title: isDeleted ? 'deleted' : status }),
      );
      await subject.put(storedTask({ title: 'none' }), ...tasks);
      const ready = await titles({ is_ready: ['true'] });
      expect(ready.toSorted()).toEqual(['active', 'draft', 'none']);
      expect((await list()).items.flatMap((task) => (task.is_ready ? task.title : []))).toEqual(ready);
    });
  });

  describe('a list of tasks', () => {
    it('is filtered by each of its words, for OR among the values of one', async () => {
      const [me, you] = [randomUUID(), randomUUID()];
      const [goal] = await goals();
      const a = storedTask({ title: 'a', goal_id: goal!.id, assigned_to: me, owner_id: you, tags: ['x', 'y'] });
      const b = storedTask({ title: 'b', parent_task_id: a.id, assigned_to: you, status: 'blocked', tags: ['y'] });
      const c = storedTask({ title: 'c', priority: 'critical', description: 'about walls', dependencies: [b.id] });
      const d = storedTask({ title: 'd', priority: 'low', status: 'completed', due_date: '2026-03-01T00:00:00.000Z' });
      await subject.put(a, b, c, d);
      const cases: readonly (readonly [Record<string, string[]>, string])[] = [
        [{ goal_id: [goal!.id] }, 'a'],
        [{ goal_id: [goal!.id, randomUUID()] }, 'a'],
        [{ parent_task_id: [a.id] }, 'b'],
        [{ assigned_to: [me] }, 'a'],
        [{ assigned_to: [me, you] }, 'ab'],
        [{ owner_id: [you] }, 'a'],
        [{ status: ['todo'] }, 'ac'],
        [{ status: ['blocked', 'completed'] }, 'bd'],
        [{ priority: ['critical', 'low'] }, 'cd'],
        [{ is_blocked: ['true'] }, 'bc'],
        [{ is_blocked: ['false'] }, 'ad'],
        [{ is_ready: ['true'] }, 'a'],
        [{ is_ready: ['false'] }, 'bcd'],
        [{ due_before: ['2026-03-01T00:00:00.001Z'] }, 'd'],
        [{ due_before: ['2026-03-01T01:00:00+01:00'] }, ''],
        [{ tag: ['x'] }, 'a'],
        [{ tag: ['x', 'y'] }, 'ab'],
        [{ q: ['walls'] }, 'c'],
        [{ q: ['d'] }, 'd'],
        [{ status: ['todo'], is_blocked: ['true'] }, 'c'],
      ];
      for (const [filters, expected] of cases) {
        const { items, total } = await list(filters);
        const found = items.map(({ title }) => title).sort();
        expect({ filters, found: found.join(''), total }).toEqual({ filters, found: expected, total: expected.length });
      }
    });

    it('by being blocked or ready has those that show it', async () => {
      const all = await goals();
      const pick = <T>(values: readonly T[], n: number): T => values[n % values.length]!;
      const tasks: StoredTask[] = [];
      for (let n = 0; n < 120; n += 1)
        tasks.push(
          storedTask({
            title: `t${n}`,
            status: pick(TASK_STATUSES, n * 7 + (n >> 3)),
            goal_id: n % 3 === 0 ? null : pick(all, n * 5).id,
            dependencies: [3, 10, 24].flatMap((back, k) =>
              (n >> k) % 2 === 1 && n >= back ? tasks[n - back]!.id : [],
            ),
          }),
        );
      await subject.put(...tasks);
      const shown = (await list()).items;
      for (const filter of ['is_blocked', 'is_ready'] as const)
        for (const asked of [true, false]) {
          const found = (await list({ [filter]: [String(asked)] })).items.map(({ id }) => id).sort();
          const expected = shown.filter((task) => task[filter] === asked).map(({ id }) => id);
          expect(expected.length).toBeGreaterThan(3);
          expect({ filter, asked, found }).toEqual({ filter, asked, found: expected.sort() });
        }
    });

    it('goes page by page, and is empty behind the last', async () => {
      await subject.put(...['a', 'b', 'c'].map((title) => storedTask({ title })));
      const asked = { sort: [{ field: 'title', descending: false }], limit: 2 };
      expect(await titles({}, asked)).toEqual(['a', 'b']);
      expect(await titles({}, { ...asked, offset: 2 })).toEqual(['c']);
      expect(await list({}, { ...asked, offset: 3 })).toMatchObject({ items: [], total: 3, next_cursor: null });
    });
  });

  const scheduled = (goal: StoredGoal, tenantId = subject.tenantId) =>
    subject.see(({ schedule }) => schedule.openTasks(tenantId, goal.id), tenantId);

  it('The schedule of a goal has its own open tasks, with all that they depend on', async () => {
    const [goal, other] = await goals();
    const parent = storedTask({ goal_id: goal!.id, title: 'parent', estimated_hours: 1.25 });
    const foreign = storedTask({ goal_id: other!.id, title: 'foreign' });
    const done = storedTask({ goal_id: goal!.id, status: 'completed' });
    const child = storedTask({
      ...{ goal_id: goal!.id, title: 'child', status: 'in_progress', parent_task_id: parent.id },
      dependencies: [foreign.id, done.id],
    });
    const closed = [
      storedTask({ goal_id: goal!.id, status: 'cancelled' }),
      storedTask({ goal_id: goal!.id, deleted_at: '2026-02-01T00:00:00.000Z' }),
    ];
    await subject.put(child, parent, foreign, done, ...closed, storedTask());
    const bare = { goalId: goal!.id, status: 'todo', parentTaskId: null, estimatedHours: null, dependencies: [] };
    expect(await scheduled(goal!)).toEqual([
      { ...bare, id: parent.id, title: 'parent', estimatedHours: 1.25 },
      { ...bare, id: foreign.id, title: 'foreign', goalId: other!.id },
      {
        ...{ ...bare, id: child.id, title: 'child', status: 'in_progress', parentTaskId: parent.id },
        dependencies: [foreign.id, done.id],
      },
    ]);
    expect(await scheduled(goal!, subject.otherTenantId)).toEqual([]);
  });

  it('The schedule of a goal has whatever it waits for elsewhere, through what is open only', async () => {
    const [goal, other] = await goals();
    const early = storedTask({ title: 'early', goal_id: other!.id });
    const between = storedTask({ title: 'between', dependencies: [early.id] });
    const late = storedTask({ title: 'late', goal_id: goal!.id, dependencies: [between.id] });
    const part = storedTask({ title: 'part', parent_task_id: late.id, status: 'blocked' });
    const lost = storedTask({ title: 'behind what is done', goal_id: other!.id });
    const gone = { dependencies: [lost.id], deleted_at: '2026-02-01T00:00:00.000Z' };
    const passed = [storedTask({ status: 'completed', dependencies: [lost.id] }), storedTask(gone)];
    const last = storedTask({ title: 'last', goal_id: goal!.id, dependencies: passed.map(({ id }) => id) });
    const after = storedTask({ title: 'after', goal_id: other!.id, dependencies: [late.id, early.id] });
    await subject.put(early, between, late, part, lost, ...passed, last, after);
    const found = await scheduled(goal!);
    expect(found.map(({ title, goalId }) => [title, goalId])).toEqual([
      ...[['early', other!.id] as const, ['between', null] as const, ['late', goal!.id] as const],
      ...[['part', null] as const, ['last', goal!.id] as const],
    ]);
  });

  it('The schedule of a goal has its tasks begin when the plan of the whole board would, and ends with one of them', async () => {
    await fc.assert(
      fc.asyncProperty(boards, async (made) => {
        const [goal, other] = await goals();
        const board = boardOf(made, [goal!.id, other!.id, null]);
        await subject.put(...board);
        const own = (found: CriticalPath<PlannedTask>) =>
          found.tasks.flatMap(({ task: { id }, earliestStart }) =>
            board.some((task) => task.id === id && task.goal_id === goal!.id) ? [[id, earliestStart]] : [],
          );
        const found = criticalPath(await scheduled(goal!));
        expect(own(found).toSorted()).toEqual(own(criticalPath(planOf(board))).toSorted());
        expect(own(found).some(([id]) => id === found.path.at(-1))).toBe(found.path.length > 0);
      }),
      { numRuns: 25 },
    );
  });

  it('What is due has an owner of the work, is open, and lies between the two moments', async () => {
    const [from, to] = [new Date('2026-03-01T00:00:00.000Z'), new Date('2026-03-02T00:00:00.000Z')];
    const due = (title: string, due_date: string, more: Partial<StoredTask> = {}) =>
      storedTask({ title, due_date, assigned_to: '00000000-0000-7000-8000-000000000001', ...more });
    const [goal] = await goals();
    const last = due('last', '2026-03-01T23:59:59.999Z', { status: 'blocked', goal_id: goal!.id });
    await subject.put(
      last,
      due('first', '2026-03-01T00:00:00.000Z'),
      due('before', '2026-02-28T23:59:59.999Z'),
      due('after', '2026-03-02T00:00:00.000Z'),
      due('nobody’s', '2026-03-01T12:00:00.000Z', { assigned_to: null }),
      due('done', '2026-03-01T12:00:00.000Z', { status: 'completed' }),
      due('gone', '2026-03-01T12:00:00.000Z', { deleted_at: '2026-02-01T00:00:00.000Z' }),
    );
    const { tenantId, otherTenantId } = subject;
    const found = await subject.see((views) => views.due.dueWithin(tenantId, from, to));
    expect(found.map(({ title }) => title)).toEqual(['first', 'last']);
    expect(found[1]).toEqual({
      ...{ taskId: last.id, title: 'last', goalId: goal!.id, assignedTo: last.assigned_to },
      dueDate: new Date('2026-03-01T23:59:59.999Z'),
    });
    expect(await subject.see((views) => views.due.dueWithin(otherTenantId, from, to), otherTenantId)).toEqual([]);
  });
};

describe('what is seen of tasks in memory', () => {
  suite(() => {
    const views = new InMemoryTaskViews();
    const tenantId = randomUUID();
    return Promise.resolve({
      tenantId,
      otherTenantId: randomUUID(),
      see: (use) => use({ tasks: views, schedule: views, due: views }),
      put: async (...tasks) => {
        views.put(tenantId, ...tasks);
      },
      putGoals: async (...goals) => {
        views.putGoals(...goals);
      },
    });
  });
});

describe('what is seen of tasks in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const views: Views = {
      tasks: app.nest.get(SqlTaskReadModel),
      schedule: app.nest.get<GoalSchedule>(GoalSchedule),
      due: app.nest.get<DueTasks>(DueTasks),
    };
    return {
      tenantId,
      otherTenantId,
      see: (use, tenant = tenantId) => inDoor(app, Actor.member(tenant, userId, 'Viewer'), () => use(views)),
      put: (...tasks) => insertTasks(app, tenantId, ...tasks),
      putGoals: (...goals) => insertGoals(app, tenantId, ...goals),
    };
  });
});
