import { randomUUID } from 'node:crypto';
import type { Page } from '#application/shared/listing';
import type { TaskView } from '#application/tasks/views';
import { cacheIsThere, HIT, letCommitsTake, MISS, outcomesOf } from '../../support/cache';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';
import { inDoor } from '../../support/in-door';
import { insertTasks, storedTask, type StoredTask } from '../../support/stored-tasks';
import { Actor } from '#domain/shared/actor';
import { Database } from '#adapters/shared/persistence/database';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
  await cacheIsThere(app);
  letCommitsTake(app, 0);
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
});

const put = async (more: Partial<StoredTask> = {}): Promise<StoredTask> => {
  const task = storedTask(more);
  await insertTasks(app, story.tenant.id, task);
  return task;
};
const read = (id: string) => story.must<TaskView>(200, 'GET', `/tasks/${id}`, undefined, { role: 'Viewer' });
const page = (path: string) => story.page<TaskView>(path);
const titles = async (path: string) => (await page(path)).items.map(({ title }) => title);

/** Has a task changed past its commands, as they do: in one transaction that says what it has changed. */
const change = (sql: string, parameters: readonly unknown[]) =>
  inDoor(app, Actor.member(story.tenant.id, story.tenant.userId, 'Owner'), async () => {
    const db = app.nest.get(Database);
    await db.query(sql, [story.tenant.id, ...parameters]);
    db.changed(story.tenant.id, ['task']);
  });
const finish = (id: string) =>
  change(`UPDATE tasks SET status = 'completed', completed_at = now() WHERE tenant_id = $1 AND id = $2`, [id]);

describe('A task', () => {
  it('is answered with its version, and never from what a caller has kept', async () => {
    const { id } = await put({ version: 3 });
    const answer = await story.ask('GET', `/tasks/${id.toUpperCase()}`);
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"3"', 'cache-control': 'no-store' }, body: { id } });
    expect(await story.ask('GET', `/tasks/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { code: 'task.not-found' },
    });
  });

  it('has an audit log of its own, of which there is none where nothing was ever done', async () => {
    const { id } = await put();
    expect((await story.ask('GET', `/tasks/${id}/audit-log`)).body).toMatchObject({ code: 'task.not-found' });
    await app.rows(
      `INSERT INTO audit_log (tenant_id, id, occurred_at, action, entity_type, entity_id, changes)
       VALUES ($1, $2, now(), 'task.created', 'task', $3, '{}')`,
      [story.tenant.id, randomUUID(), id],
    );
    const { items } = await story.must<Page<unknown>>(200, 'GET', `/tasks/${id}/audit-log`);
    expect(items).toMatchObject([{ action: 'task.created', entity_id: id }]);
  });
});

describe('The list of tasks', () => {
  it('is filtered in the words of a query, the caller being `me`', async () => {
    const { userId } = story.tenant;
    const goal = await story.goal();
    await put({ title: 'a', assigned_to: userId, goal_id: goal.id, tags: ['x'], priority: 'high' });
    const b = await put({ title: 'b', status: 'in_progress', due_date: '2026-03-01T00:00:00.000Z' });
    await put({ title: 'c', dependencies: [b.id], description: 'Answer the Łódź office', parent_task_id: b.id });
    const cases: Readonly<Record<string, string>> = {
      '': 'abc',
      'assigned_to=me': 'a',
      [`assigned_to=${userId.toUpperCase()}`]: 'a',
      [`assigned_to=me&assigned_to=${randomUUID()}`]: 'a',
      [`goal_id=${goal.id}`]: 'a',
      [`parent_task_id=${b.id}`]: 'c',
      'status=TODO': 'ac',
      'status=todo&status=In_Progress': 'abc',
      'priority=HIGH': 'a',
      'is_blocked=true': 'c',
      'is_ready=true': 'a',
      'is_ready=false': 'bc',
      'due_before=2026-03-01T00:00:01Z': 'b',
      'tag=x': 'a',
      [`q=${encodeURIComponent('łódź answer')}`]: 'c',
      [`q=${encodeURIComponent("' OR 1=1 --")}`]: '',
    };
    for (const [query, expected] of Object.entries(cases))
      expect({ query, found: (await titles(`/tasks?sort=title&${query}`)).join('') }).toEqual({
        query,
        found: expected,
      });
  });

  it('is 422 of what cannot be asked, each by its name', async () => {
    for (const [query, name] of [
      ['assigned_to=you', 'assigned_to'],
      ['assigned_to=ME', 'assigned_to'],
      ['is_ready=yes', 'is_ready'],
      ['is_ready=true&is_ready=false', 'is_ready'],
      ['due_before=tomorrow', 'due_before'],
      ['status=done', 'status'],
      ['health=on_track', 'health'],
      ['sort=status', 'sort'],
    ])
      expect(await story.ask('GET', `/tasks?${query}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: `?${name}` }] },
      });
  });

  it('is sorted by what it says, priorities by their weight, and paged by cursor in every order', async () => {
    const priorities = ['critical', 'low', 'high', 'medium', 'low'] as const;
    for (const [n, priority] of priorities.entries())
      await put({
        ...{ title: 'abcde'[n]!, priority, percent_complete: n % 2 },
        ...{ due_date: n === 2 ? null : `2026-03-0${9 - n}T00:00:00.000Z` },
      });
    expect(await titles('/tasks?sort=-priority,title')).toEqual(['a', 'c', 'd', 'b', 'e']);
    expect(await titles('/tasks?sort=due_date')).toEqual(['e', 'd', 'b', 'a', 'c']);
    for (const sort of [
      '-priority,title',
      'due_date',
      '-due_date',
      'percent_complete,-title',
      '-updated_at',
      'title',
    ]) {
      const whole = await titles(`/tasks?sort=${sort}`);
      const paged: string[] = [];
      let next = '';
      do {
        const { items, next_cursor } = await page(`/tasks?sort=${sort}&limit=2${next}`);
        paged.push(...items.map(({ title }) => title));
        next = next_cursor === null ? '' : `&cursor=${next_cursor}`;
      } while (next !== '');
      expect({ sort, paged }).toEqual({ sort, paged: whole });
    }
  });

  it('has what is deleted apart, for whoever may delete', async () => {
    await put({ title: 'there' });
    await put({ title: 'gone', deleted_at: '2026-02-01T00:00:00.000Z' });
    expect(await titles('/tasks')).toEqual(['there']);
    expect((await story.ask('GET', '/tasks?deleted=only', undefined, { role: 'Editor' })).status).toBe(403);
    const { items } = await story.must<Page<TaskView>>(200, 'GET', '/tasks?deleted=only', undefined, { role: 'Admin' });
    expect(items.map(({ title }) => title)).toEqual(['gone']);
  });
});

describe('The tasks of a goal', () => {
  it('are those right under it, filtered like all tasks', async () => {
    const goal = await story.goal();
    const below = await story.goal({ parent_goal_id: goal.id });
    await put({ title: 'a', goal_id: goal.id });
    await put({ title: 'b', goal_id: goal.id, status: 'blocked' });
    await put({ title: 'c', goal_id: below.id });
    expect(await titles(`/goals/${goal.id}/tasks?sort=title`)).toEqual(['a', 'b']);
    expect(await titles(`/goals/${goal.id}/tasks?is_ready=true`)).toEqual(['a']);
    expect(await story.ask('GET', `/goals/${goal.id}/tasks?goal_id=${below.id}`)).toMatchObject({ status: 422 });
    await story.discard(below.id);
    for (const id of [below.id, randomUUID()])
      for (const what of ['tasks', 'critical-path'])
        expect(await story.ask('GET', `/goals/${id}/${what}`)).toMatchObject({
          status: 404,
          body: { code: 'goal.not-found' },
        });
  });

  it('have a critical path through dependencies and subtasks', async () => {
    const goal = await story.goal();
    const of = { goal_id: goal.id };
    const done = await put({ ...of, status: 'completed', estimated_hours: 40 });
    const design = await put({ ...of, title: 'design', estimated_hours: 3, dependencies: [done.id] });
    const ship = await put({ ...of, title: 'ship', estimated_hours: 1 });
    const build = await put({ ...of, estimated_hours: 5.5, parent_task_id: ship.id, dependencies: [design.id] });
    const write = await put({ ...of, parent_task_id: ship.id });
    const found = await story.must<{ tasks: readonly { id: string; slack_hours: number }[] }>(
      ...([200, 'GET', `/goals/${goal.id}/critical-path`, undefined, { role: 'Viewer' }] as const),
    );
    expect(found).toMatchObject({
      ...{ goal_id: goal.id, total_hours: 9.5, path: [design.id, build.id, ship.id], without_estimate: [write.id] },
    });
    expect(found.tasks.map(({ id, slack_hours }) => [id, slack_hours])).toEqual([
      [write.id, 8.5],
      [design.id, 0],
      [build.id, 0],
      [ship.id, 0],
    ]);
  });

  it('wait for tasks elsewhere, which their critical path then shows', async () => {
    const goal = await story.goal();
    const x = await put({ goal_id: goal.id, title: 'x', estimated_hours: 5 });
    const y = await put({ title: 'y', estimated_hours: 7, dependencies: [x.id] });
    const z = await put({ goal_id: goal.id, title: 'z', estimated_hours: 1, dependencies: [y.id] });
    await put({ title: 'after', estimated_hours: 9, dependencies: [z.id] });
    const slot = (of: { id: string }, earliest_start: number, more: object) => {
      return { id: of.id, earliest_start, slack_hours: 0, is_critical: true, ...more };
    };
    expect(await story.must(200, 'GET', `/goals/${goal.id}/critical-path`)).toMatchObject({
      ...{ goal_id: goal.id, total_hours: 13, path: [x.id, y.id, z.id] },
      tasks: [slot(x, 0, { goal_id: goal.id }), slot(y, 5, { goal_id: null }), slot(z, 12, { goal_id: goal.id })],
    });
  });
});

describe('Tasks in the cache', () => {
  const ofTasks = (work: () => Promise<unknown>) => outcomesOf('task', work);
  const ofLists = (work: () => Promise<unknown>) => outcomesOf('task_list', work);

  it('are found by the second read, lists for the same question only', async () => {
    const { id } = await put({ title: 'a', assigned_to: story.tenant.userId });
    expect(await ofTasks(() => read(id))).toEqual(MISS);
    expect(await ofTasks(() => read(id))).toEqual(HIT);
    expect(await ofLists(() => titles('/tasks?assigned_to=me'))).toEqual(MISS);
    expect(await ofLists(() => titles('/tasks?assigned_to=me'))).toEqual(HIT);
    expect(await ofLists(() => titles(`/tasks?assigned_to=${story.tenant.userId}`))).toEqual(HIT);
    expect(await ofLists(() => titles('/tasks'))).toEqual(MISS);
    expect(await titles(`/tasks?assigned_to=${randomUUID()}`)).toEqual([]);
  });

  it('show what has become of the tasks they wait for and of their goal', async () => {
    const goal = await story.goal();
    const first = await put({ title: 'first' });
    const { id } = await put({ title: 'then', goal_id: goal.id, dependencies: [first.id] });
    const seen = async () => {
      const { is_blocked, is_ready } = await read(id);
      return [is_blocked, is_ready, (await titles('/tasks?is_ready=true&sort=title')).join()];
    };
    expect(await seen()).toEqual([true, false, 'first']);
    expect(await ofTasks(seen)).toEqual(HIT);
    await finish(first.id);
    expect(await seen()).toEqual([false, true, 'then']);
    await story.change(goal.id, 'on_hold');
    expect(await seen()).toEqual([false, false, '']);
    await story.must(204, 'DELETE', `/goals/${goal.id}?on_children=leave`, undefined, { version: 2 });
    expect(await seen()).toEqual([false, true, 'then']);
  });
});
