import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Goal } from '#domain/goals/goal';
import { USUAL_FIELDS } from '#domain/goals/goal-fields';
import type { GoalStatus } from '#domain/goals/words';
import { GoalContributors, GoalDependants } from '#application/goals/contract';
import { Clock } from '#application/shared/tools';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { TestApp } from '../support/app';
import { InMemoryGoalTasks } from '../support/fakes/in-memory-goal-tasks';
import { InMemoryGoals } from '../support/fakes/in-memory-goals';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';
import { putTask, type NewTask } from '../support/task-rows';

type Ports = GoalContributors & GoalDependants;

/** What a task says after a change, as far as goals can change it. */
interface Seen {
  readonly goalId: string | null;
  readonly status: string;
  readonly blockedReason: string | null;
  readonly percentComplete: number;
  readonly completedAt: Date | null;
  readonly deletionId: string | null;
  readonly version: number;
}

interface Told {
  readonly type: string;
  readonly taskId: string;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly keep: (goal: Goal) => Promise<void>;
  readonly task: (goalId: string | null, task?: NewTask) => Promise<string>;
  readonly see: (id: string) => Promise<Seen>;
  readonly told: () => Promise<Told[]>;
  readonly work: <T>(use: (ports: Ports) => Promise<T>, tenantId?: string) => Promise<T>;
}

const NOW = new Date('2026-01-26T10:00:00.000Z');

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;
  let tenantId: string;
  beforeEach(async () => {
    subject = await make();
    ({ tenantId } = subject);
  });

  const goal = async (status: GoalStatus = 'active', deleted = false): Promise<string> => {
    const fields = { ...USUAL_FIELDS, name: 'A goal', goalType: 'tactical', ownerId: null } as const;
    const made = Goal.create({ id: v7(), tenantId, by: null, status: 'active', fields }, null, NOW);
    const kept = expectOk(made);
    if (status !== 'active') expectOk(kept.transition(status, 'so', null, NOW));
    if (deleted) kept.remove(v7(), NOW);
    await subject.keep(kept);
    return kept.state.id;
  };

  const end = (goals: string[], to: 'completed' | 'cancelled' = 'completed', tenant = tenantId) =>
    subject.work((ports) => ports.end(tenant, goals, to, goals[0]!), tenant);
  const seeAll = async (ids: readonly string[]): Promise<Seen[]> => {
    const seen: Seen[] = [];
    for (const id of ids) seen.push(await subject.see(id));
    return seen;
  };
  const toldOf = async (id: string) => (await subject.told()).filter(({ taskId }) => taskId === id);
  const typesOf = async (id: string) => (await toldOf(id)).map(({ type }) => type);

  it('knows the tasks of goals by title, with all that their progress is weighed by', async () => {
    const [one, two, other] = [await goal(), await goal(), await goal()];
    const parent = await subject.task(one, { title: 'c', status: 'blocked', percentComplete: 30 });
    await subject.task(one, { title: 'd', deletionId: v7() });
    const leaf = await subject.task(two, {
      title: 'a',
      estimatedHours: 2.5,
      parentTaskId: parent,
      status: 'completed',
    });
    const alone = await subject.task(one, { title: 'b' });
    await subject.task(null, { parentTaskId: alone, deletionId: v7() });
    await subject.task(other);
    const tasks = await subject.work((ports) => ports.tasksOf(tenantId, [one, two]));
    const shown = tasks.map((task) => [task.id, task.goalId, task.name, task.status, task.percentComplete]);
    expect(shown).toEqual([
      [leaf, two, 'a', 'completed', 100],
      [alone, one, 'b', 'todo', 0],
      [parent, one, 'c', 'blocked', 30],
    ]);
    expect(tasks.map(({ estimatedHours, hasSubtasks }) => [estimatedHours, hasSubtasks])).toEqual([
      [2.5, false],
      [null, false],
      [null, true],
    ]);
  });

  it('names the tasks right under a goal, live ones or open ones', async () => {
    const id = await goal();
    const [open, closed] = [await subject.task(id, { title: 'Open' }), await subject.task(id, { status: 'cancelled' })];
    await subject.task(id, { deletionId: v7() });
    await subject.task(await goal());
    const under = (which: 'live' | 'open') => subject.work((ports) => ports.tasksUnder(tenantId, id, which));
    expect(await under('open')).toEqual([{ id: open, title: 'Open', status: 'todo' }]);
    expect(new Set((await under('live')).map((task) => task.id))).toEqual(new Set([open, closed]));
  });

  it('completes every open task of goals, and no other', async () => {
    const [one, two, other] = [await goal(), await goal(), await goal()];
    const open = [
      await subject.task(one, { percentComplete: 30 }),
      await subject.task(two, { status: 'in_progress' }),
      await subject.task(two, { status: 'blocked' }),
    ];
    const rest = [
      await subject.task(one, { status: 'cancelled', percentComplete: 10 }),
      await subject.task(one, { deletionId: v7() }),
      await subject.task(other),
    ];
    const before = await seeAll(rest);
    await end([one, two]);
    const completed = { status: 'completed', percentComplete: 100, completedAt: NOW, blockedReason: null, version: 2 };
    for (const id of open) {
      expect(await subject.see(id)).toMatchObject(completed);
      expect(await toldOf(id)).toMatchObject([{ type: 'task.completed', ended_with: one }]);
    }
    expect(await seeAll(rest)).toEqual(before);
    expect(await subject.told()).toHaveLength(open.length);
  });

  it('cancels them with what they had reached', async () => {
    const id = await goal();
    const task = await subject.task(id, { status: 'blocked', percentComplete: 30 });
    await end([id], 'cancelled');
    expect(await subject.see(task)).toMatchObject({
      ...{ status: 'cancelled', percentComplete: 30, completedAt: null, blockedReason: null },
    });
    expect(await toldOf(task)).toMatchObject([{ type: 'task.updated', ended_with: id }]);
  });

  it('tells once what has become ready by that, wherever it may begin', async () => {
    const [ended, open, held] = [await goal('achieved'), await goal(), await goal('on_hold')];
    const [closed, gone] = [await goal('missed'), await goal('active', true)];
    const [first, second] = [await subject.task(ended), await subject.task(ended, { status: 'in_progress' })];
    const elsewhere = await subject.task(open);
    const dependsOn = [first, second];
    const ready = [await subject.task(open, { dependsOn }), await subject.task(null, { dependsOn: [second] })];
    const others = [
      await subject.task(open, { dependsOn: [first, elsewhere] }),
      await subject.task(open, { dependsOn, status: 'blocked' }),
      await subject.task(open, { dependsOn, deletionId: v7() }),
      ...[await subject.task(held, { dependsOn }), await subject.task(closed, { dependsOn })],
      await subject.task(gone, { dependsOn }),
    ];
    await end([ended]);
    for (const id of ready) expect(await typesOf(id)).toEqual(['task.ready']);
    for (const id of others) expect(await typesOf(id)).toEqual([]);
  });

  it('does not take for waiting what waited for something closed, cancelled or deleted besides', async () => {
    const [ended, open] = [await goal('achieved'), await goal()];
    const last = await subject.task(ended);
    const before = [
      await subject.task(open, { status: 'cancelled' }),
      await subject.task(open, { status: 'completed' }),
      await subject.task(open, { deletionId: v7() }),
    ];
    const waiting = await subject.task(open, { dependsOn: [...before, last] });
    const long = await subject.task(open, { dependsOn: before });
    await end([ended], 'cancelled');
    expect([await typesOf(waiting), await typesOf(long)]).toEqual([['task.ready'], []]);
  });

  it('hides the tasks of goals under one deletion, and brings exactly those back', async () => {
    const [one, two, other] = [await goal(), await goal(), await goal()];
    const [deletion, earlier] = [v7(), v7()];
    const taken = [await subject.task(one), await subject.task(two, { status: 'completed' })];
    const left = [await subject.task(one, { deletionId: earlier }), await subject.task(other)];
    const before = await seeAll(left);
    const [waiting, ready] = [
      await subject.task(other, { dependsOn: [taken[0]!] }),
      await subject.task(other, { dependsOn: [taken[1]!] }),
    ];
    expect(await subject.work((ports) => ports.remove(tenantId, [one, two], deletion, one))).toEqual([]);
    for (const id of taken) {
      expect(await subject.see(id)).toMatchObject({ deletionId: deletion, version: 2 });
      expect(await toldOf(id)).toMatchObject([{ type: 'task.deleted', deleted_with: one }]);
    }
    expect([await typesOf(waiting), await typesOf(ready)]).toEqual([['task.ready'], []]);
    expect(await subject.work((ports) => ports.restore(tenantId, deletion, one))).toEqual([]);
    for (const id of taken) {
      expect(await subject.see(id)).toMatchObject({ deletionId: null, version: 3 });
      expect((await toldOf(id)).at(-1)).toMatchObject({ type: 'task.restored', restored_with: one });
    }
    expect((await subject.see(taken[1]!)).status).toBe('completed');
    expect(await seeAll(left)).toEqual(before);
  });

  it('answers whose tasks lose a subtask or get it back', async () => {
    const [gone, other] = [await goal(), await goal()];
    const [above, free, own] = [await subject.task(other), await subject.task(null), await subject.task(gone)];
    await subject.task(gone, { parentTaskId: above });
    await subject.task(gone, { parentTaskId: await subject.task(other) });
    await subject.task(gone, { parentTaskId: free });
    await subject.task(gone, { parentTaskId: own });
    await subject.task(gone, { parentTaskId: await subject.task(await goal(), { deletionId: v7() }) });
    const deletion = v7();
    expect(await subject.work((ports) => ports.remove(tenantId, [gone], deletion, gone))).toEqual([other]);
    expect(await subject.work((ports) => ports.restore(tenantId, deletion, gone))).toEqual([other]);
  });

  it('lets the tasks of a goal go, deleted ones too', async () => {
    const [id, other] = [await goal(), await goal()];
    const own = [await subject.task(id), await subject.task(id, { deletionId: v7() })];
    const rest = await subject.task(other);
    await subject.work((ports) => ports.detach(tenantId, id));
    for (const task of own) {
      expect(await subject.see(task)).toMatchObject({ goalId: null, version: 2 });
      const changes = { goal_id: { old: id, new: null } };
      expect(await toldOf(task)).toMatchObject([{ type: 'task.updated', changes }]);
    }
    expect(await subject.see(rest)).toMatchObject({ goalId: other, version: 1 });
  });

  it('sees and touches nothing of another tenant', async () => {
    const { otherTenantId } = subject;
    const id = await goal();
    const deletion = v7();
    const tasks = [await subject.task(id), await subject.task(id, { deletionId: deletion })];
    const before = await seeAll(tasks);
    await subject.work(async (ports) => {
      expect(await ports.tasksOf(otherTenantId, [id])).toEqual([]);
      expect(await ports.tasksUnder(otherTenantId, id, 'live')).toEqual([]);
      await ports.end(otherTenantId, [id], 'cancelled', id);
      expect(await ports.remove(otherTenantId, [id], v7(), id)).toEqual([]);
      expect(await ports.restore(otherTenantId, deletion, id)).toEqual([]);
      await ports.detach(otherTenantId, id);
    }, otherTenantId);
    expect(await seeAll(tasks)).toEqual(before);
    expect(await subject.told()).toEqual([]);
  });
};

describe('The tasks of goals in memory', () => {
  suite(async () => {
    const [tenantId, otherTenantId] = [randomUUID(), randomUUID()];
    const clock = new StandingClock(NOW);
    const goals = new InMemoryGoals(clock, () => null);
    const tasks = new InMemoryGoalTasks(goals, clock);
    return {
      ...{ tenantId, otherTenantId },
      keep: async (goal) => {
        expectOk(await goals.save(goal));
      },
      task: async (goalId, task = {}) => {
        const { status, percentComplete = status === 'completed' ? 100 : 0 } = task;
        return tasks.put({ tenantId, id: v7(), goalId, percentComplete, ...task });
      },
      see: async (id) => tasks.get(id),
      told: async () => tasks.told,
      work: (use) => use(tasks),
    };
  });
});

describe('The tasks of goals in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    jest.spyOn(app.nest.get<Clock>(Clock), 'now').mockReturnValue(NOW);
  });
  afterAll(() => app.stop());

  /** Both ports as one. */
  const ports = (): Ports => {
    const contributors = app.nest.get<GoalContributors>(GoalContributors);
    const dependants = app.nest.get<GoalDependants>(GoalDependants);
    return Object.assign(Object.create(dependants) as GoalDependants, {
      tasksOf: contributors.tasksOf.bind(contributors),
    });
  };
  const messages = async (tenantId: string) => {
    const rows = await app.rows<{ message: string }>('SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id', [
      tenantId,
    ]);
    return rows
      .map(({ message }) => JSON.parse(message) as { event_type: string; details: { task_id: string } })
      .filter(({ event_type }) => event_type.startsWith('task.'));
  };

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const as = (tenant: string) => Actor.member(tenant, userId, 'Owner');
    return {
      ...{ tenantId, otherTenantId },
      keep: async (goal) => {
        const goals = app.nest.get<GoalRepository>(GoalRepository);
        expectOk(await inDoor(app, as(tenantId), () => goals.save(goal)));
      },
      task: (goalId, task) => putTask(app, tenantId, goalId, task),
      see: async (id) => {
        const [row] = await app.rows<Seen & { completedAt: string | null }>(
          `SELECT goal_id AS "goalId", status, blocked_reason AS "blockedReason", percent_complete AS "percentComplete",
             completed_at AS "completedAt", deletion_id AS "deletionId", version FROM tasks WHERE id = $1`,
          [id],
        );
        return { ...row!, completedAt: row!.completedAt && new Date(row!.completedAt) };
      },
      told: async () =>
        (await messages(tenantId)).map(({ event_type: type, details: { task_id: taskId, ...details } }) => ({
          ...{ type, taskId, ...details },
        })),
      work: (use, tenant = tenantId) => inDoor(app, as(tenant), () => use(ports())),
    };
  });

  const begin = async () => {
    const { id: tenantId, userId, token } = await app.tenant();
    const body = { name: 'A goal', goal_type: 'tactical' };
    const goal = String((await app.ask('POST', '/goals', { token: token.Owner, body })).body.id);
    const work = <T>(use: (all: Ports) => Promise<T>) =>
      inDoor(app, Actor.member(tenantId, userId, 'Owner'), () => use(ports()));
    return { tenantId, userId, goal, work };
  };

  it('are told with what they are, and audited with what has changed', async () => {
    const { tenantId, userId, goal, work } = await begin();
    const [assignedTo, ownerId] = [randomUUID(), randomUUID()];
    const shown = { title: 'Write', priority: 'high', assignedTo, ownerId } as const;
    const task = await putTask(app, tenantId, goal, { ...shown, status: 'blocked', percentComplete: 30 });
    await work((all) => all.end(tenantId, [goal], 'completed', goal));
    const changes = {
      status: { old: 'blocked', new: 'completed' },
      completed_at: { old: null, new: NOW.toISOString() },
      percent_complete: { old: 30, new: 100 },
      blocked_reason: { old: 'because', new: null },
    };
    const details = {
      ...{ task_id: task, title: 'Write', status: 'completed', priority: 'high' },
      ...{ assigned_to: assignedTo, owner_id: ownerId },
    };
    expect(await messages(tenantId)).toMatchObject([
      {
        ...{ event_type: 'task.completed', goal_id: goal, user_id: userId, version: 2 },
        details: { ...details, reason: null, changes, ended_with: goal },
      },
    ]);
    const deletion = v7();
    await work((all) => all.remove(tenantId, [goal], deletion, goal));
    await work((all) => all.restore(tenantId, deletion, goal));
    await work((all) => all.detach(tenantId, goal));
    const deletedAt = { old: null, new: NOW.toISOString() };
    expect(await messages(tenantId)).toMatchObject([
      {},
      { event_type: 'task.deleted', goal_id: goal, version: 3, details: { ...details, deleted_with: goal } },
      { event_type: 'task.restored', goal_id: goal, version: 4, details: { ...details, restored_with: goal } },
      { event_type: 'task.updated', goal_id: null, version: 5, details },
    ]);
    const audited = await app.rows(
      `SELECT action, entity_type, actor_id, changes FROM audit_log WHERE entity_id = $1 ORDER BY id`,
      [task],
    );
    expect(audited).toEqual(
      [
        { action: 'task.completed', changes },
        { action: 'task.deleted', changes: { deleted_at: deletedAt } },
        { action: 'task.restored', changes: { deleted_at: { old: deletedAt.new, new: null } } },
        { action: 'task.updated', changes: { goal_id: { old: goal, new: null } } },
      ].map((entry) => ({ ...entry, entity_type: 'task', actor_id: userId })),
    );
    expect(await app.rows('SELECT updated_at, updated_by FROM tasks WHERE id = $1', [task])).toEqual([
      { updated_at: NOW, updated_by: userId },
    ]);
  });

  it('stand still for one who holds the board, tenant by tenant', async () => {
    const [one, other] = [await begin(), await begin()];
    const done: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let taken = (): void => undefined;
    const first = new Promise<void>((resolve) => (taken = resolve));
    const holder = one.work(async (all) => {
      await all.hold(one.tenantId);
      taken();
      await held;
      done.push('first');
    });
    await first;
    const waiter = one.work(async (all) => {
      await all.hold(one.tenantId);
      done.push('second');
    });
    await other.work(async (all) => {
      await all.hold(other.tenantId);
      done.push('another tenant');
    });
    release();
    await Promise.all([holder, waiter]);
    expect(done).toEqual(['another tenant', 'first', 'second']);
  });
});
