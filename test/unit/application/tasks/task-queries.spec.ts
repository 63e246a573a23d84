import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { FindGoalStanding, GoalStanding } from '#application/goals/contract';
import type { Door } from '#application/shared/door';
import { ListTasksDue } from '#application/tasks/contract';
import { GetCriticalPath, GetCriticalPathHandler } from '#application/tasks/queries/get-critical-path';
import { GetTask, GetTaskHandler } from '#application/tasks/queries/get-task';
import { ListGoalTasks, ListGoalTasksHandler } from '#application/tasks/queries/list-goal-tasks';
import { ListTasks, ListTasksHandler } from '#application/tasks/queries/list-tasks';
import { ListTasksDueHandler } from '#application/tasks/queries/list-tasks-due';
import { InMemoryTaskViews } from '../../../support/fakes/in-memory-task-views';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { storedTask, type StoredTask } from '../../../support/stored-tasks';

const FORBIDDEN = { ok: false, error: { kind: 'forbidden' } };
const NO_GOAL = { ok: false, error: { code: 'goal.not-found' } };

const begin = () => {
  const [tenantId, userId, goalId] = [randomUUID(), randomUUID(), v7()];
  const views = new InMemoryTaskViews();
  const goal: GoalStanding = { id: goalId, name: 'a goal', status: 'active', isOpen: true };
  /** Goals, as far as tasks ask for them; `closed` is who may not. */
  const goals = { closed: false };
  const door: Door = {
    send: <T>(request: unknown) => {
      const { actor, goalId: asked } = request as FindGoalStanding;
      const found = asked === goalId && actor.tenantId === tenantId ? goal : null;
      const answer: Result<unknown> = goals.closed ? err(forbidden('goal:read')) : ok(found);
      return Promise.resolve(answer as Result<T>);
    },
  };
  const put = (more: Partial<StoredTask> = {}): StoredTask => {
    const task = storedTask(more);
    views.put(tenantId, task);
    return task;
  };
  return {
    ...{ tenantId, userId, goalId, goals, views, put },
    viewer: Actor.member(tenantId, userId, 'Viewer'),
    admin: Actor.member(tenantId, userId, 'Admin'),
    nobody: Actor.system([tenantId]),
    service: Actor.system([tenantId], 'task:read'),
    stranger: Actor.member(randomUUID(), randomUUID(), 'Owner'),
    one: new GetTaskHandler(views),
    list: new ListTasksHandler(views),
    ofGoal: new ListGoalTasksHandler(door, views),
    path: new GetCriticalPathHandler(door, views),
    due: new ListTasksDueHandler(views),
  };
};

const page = (filters: Record<string, string[]> = {}, deletedOnly = false) =>
  pageRequest({ by: 'created_at', filters, deletedOnly });

describe('A task', () => {
  it('is read by whoever may, and is none of a stranger’s', async () => {
    const { one, put, viewer, nobody, stranger } = begin();
    const { id } = put();
    expect(expectOk(await one.execute(new GetTask(viewer, id)))).toMatchObject({ id, is_ready: true });
    expect(await one.execute(new GetTask(nobody, id))).toMatchObject(FORBIDDEN);
    const missing = { ok: false, error: { code: 'task.not-found' } };
    expect(await one.execute(new GetTask(stranger, id))).toMatchObject(missing);
    expect(await one.execute(new GetTask(viewer, v7()))).toMatchObject(missing);
  });
});

describe('Lists of tasks', () => {
  it('have the caller for `me`, beside whoever else is named', async () => {
    const { list, ofGoal, put, viewer, userId, goalId } = begin();
    const other = randomUUID();
    for (const [title, assigned_to] of [
      ['mine', userId],
      ['another’s', other],
      ['nobody’s', null],
    ] as const)
      put({ title, assigned_to, goal_id: goalId });
    const titles = async (...assigned_to: string[]) => {
      const asked = [
        await list.execute(new ListTasks(viewer, page({ assigned_to }))),
        await ofGoal.execute(new ListGoalTasks(viewer, goalId, page({ assigned_to }))),
      ];
      return asked.map((answer) =>
        expectOk(answer)
          .items.map(({ title }) => title)
          .sort()
          .join(),
      );
    };
    expect(await titles('me')).toEqual(['mine', 'mine']);
    expect(await titles('me', other)).toEqual(['another’s,mine', 'another’s,mine']);
    expect(await titles(other)).toEqual(['another’s', 'another’s']);
  });

  it('are 422 of `me` where no person asks', async () => {
    const { list, ofGoal, service, goalId } = begin();
    const refused = { ok: false, error: { kind: 'invalid', fields: [{ pointer: '?assigned_to' }] } };
    const asked = page({ assigned_to: ['me'] });
    expect(await list.execute(new ListTasks(service, asked))).toMatchObject(refused);
    expect(await ofGoal.execute(new ListGoalTasks(service, goalId, asked))).toMatchObject(refused);
  });

  it('of what is deleted take the right to delete', async () => {
    const { list, ofGoal, put, viewer, admin, goalId } = begin();
    put({ goal_id: goalId, deleted_at: '2026-01-27T00:00:00.000Z' });
    const deleted = page({}, true);
    expect(await list.execute(new ListTasks(viewer, deleted))).toMatchObject(FORBIDDEN);
    expect(await ofGoal.execute(new ListGoalTasks(viewer, goalId, deleted))).toMatchObject(FORBIDDEN);
    expect(await list.execute(new ListTasks(admin, deleted))).toMatchObject({ value: { total: 1 } });
    expect(await ofGoal.execute(new ListGoalTasks(admin, goalId, deleted))).toMatchObject({ value: { total: 1 } });
  });

  it('are refused to who may not read tasks, or not the goal', async () => {
    const { list, ofGoal, nobody, stranger, viewer, goalId, goals } = begin();
    expect(await list.execute(new ListTasks(nobody, page()))).toMatchObject(FORBIDDEN);
    expect(await ofGoal.execute(new ListGoalTasks(nobody, goalId, page()))).toMatchObject(FORBIDDEN);
    expect(await ofGoal.execute(new ListGoalTasks(stranger, goalId, page()))).toMatchObject(NO_GOAL);
    expect(await ofGoal.execute(new ListGoalTasks(viewer, v7(), page()))).toMatchObject(NO_GOAL);
    goals.closed = true;
    expect(await ofGoal.execute(new ListGoalTasks(viewer, goalId, page()))).toMatchObject(FORBIDDEN);
  });
});

describe('The critical path of a goal', () => {
  it('is shown with every open task of the goal, and what they wait for elsewhere', async () => {
    const { path, put, viewer, goalId } = begin();
    const first = put({ goal_id: goalId, title: 'first', estimated_hours: 2 });
    const aside = put({ title: 'aside', estimated_hours: 0.5 });
    const last = put({ goal_id: goalId, title: 'last', dependencies: [first.id, aside.id], status: 'blocked' });
    put({ goal_id: goalId, status: 'completed', estimated_hours: 9 });
    expect(expectOk(await path.execute(new GetCriticalPath(viewer, goalId)))).toEqual({
      ...{ goal_id: goalId, total_hours: 2, path: [first.id, last.id], without_estimate: [last.id] },
      tasks: [
        {
          ...{ id: aside.id, goal_id: null, title: 'aside', status: 'todo', estimated_hours: 0.5, earliest_start: 0 },
          ...{ earliest_finish: 0.5, latest_start: 1.5, latest_finish: 2, slack_hours: 1.5, is_critical: false },
        },
        {
          ...{ id: first.id, goal_id: goalId, title: 'first', status: 'todo', estimated_hours: 2, earliest_start: 0 },
          ...{ earliest_finish: 2, latest_start: 0, latest_finish: 2, slack_hours: 0, is_critical: true },
        },
        {
          ...{
            id: last.id,
            goal_id: goalId,
            title: 'last',
            status: 'blocked',
            estimated_hours: null,
            earliest_start: 2,
          },
          ...{ earliest_finish: 2, latest_start: 2, latest_finish: 2, slack_hours: 0, is_critical: true },
        },
      ],
    });
  });

  it('is refused to who may not read tasks, or not the goal', async () => {
    const { path, nobody, stranger, viewer, goalId, goals } = begin();
    expect(await path.execute(new GetCriticalPath(nobody, goalId))).toMatchObject(FORBIDDEN);
    expect(await path.execute(new GetCriticalPath(stranger, goalId))).toMatchObject(NO_GOAL);
    expect(await path.execute(new GetCriticalPath(viewer, v7()))).toMatchObject(NO_GOAL);
    goals.closed = true;
    expect(await path.execute(new GetCriticalPath(viewer, goalId))).toMatchObject(FORBIDDEN);
  });
});

it('What is due is for whoever may read tasks', async () => {
  const { due, put, service, nobody } = begin();
  put({ title: 'soon', assigned_to: randomUUID(), due_date: '2026-03-01T10:00:00.000Z' });
  const [from, to] = [new Date('2026-03-01T00:00:00.000Z'), new Date('2026-03-02T00:00:00.000Z')];
  expect(await due.execute(new ListTasksDue(service, from, to))).toMatchObject({ value: [{ title: 'soon' }] });
  expect(await due.execute(new ListTasksDue(nobody, from, to))).toMatchObject(FORBIDDEN);
});
