import { randomUUID } from 'node:crypto';
import { TestApp } from '../../support/app';
import { TaskStory } from '../../support/task-story';

let app: TestApp;
let story: TaskStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await TaskStory.begin(app);
});

const timesReady = async (id: string) => (await story.typesTold(id)).filter((type) => type === 'task.ready').length;

const statusesOf = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status).sort();

describe('A dependency', () => {
  it('is added, shown and removed without a new version, audited and told', async () => {
    const [first, { id }] = [await story.task(), await story.task()];
    const added = await story.depend(id, first.id);
    expect(added).toMatchObject({
      status: 201,
      body: { task_id: id, depends_on_id: first.id, created_by: story.goals.tenant.userId },
      headers: { location: `/api/v1/tasks/${id}/dependencies/${first.id}` },
    });
    const path = `/tasks/${id}/dependencies`;
    expect((await story.ask('GET', path)).body).toEqual({ items: [added.body] });
    expect(added.body).toMatchObject({ title: 'A task', status: 'todo', is_open: true });
    expect(await story.depend(id, first.id)).toMatchObject({ status: 409, body: { code: 'task.already-depends' } });
    expect((await story.ask('DELETE', `${path}/${first.id}`)).status).toBe(204);
    expect(await story.ask('DELETE', `${path}/${first.id}`)).toMatchObject({
      status: 404,
      body: { code: 'task_dependency.not-found' },
    });
    expect(await story.read(id)).toMatchObject({ version: 1, dependencies: [], is_ready: true });
    const changes = [{ dependencies: { old: [], new: [first.id] } }, { dependencies: { old: [first.id], new: [] } }];
    const told = (await story.told(id)).slice(1);
    expect(told.map(({ event_type }) => event_type)).toEqual(['task.updated', 'task.updated', 'task.ready']);
    expect(told.slice(0, 2).map(({ details }) => details.changes)).toEqual(changes);
    expect((await story.audited(id)).slice(1).map((entry) => entry.changes)).toEqual(changes);
  });

  it('is refused on itself, on what is unknown, in a circle, and beyond a hundred', async () => {
    const a = await story.task();
    const b = await story.after(a);
    const c = await story.task({ parent_task_id: b.id });
    const cycle = (...path: string[]) => ({ status: 409, body: { code: 'task.cycle', path } });
    expect(await story.depend(a.id, a.id)).toMatchObject(cycle(a.id, a.id));
    expect(await story.depend(a.id, b.id)).toMatchObject(cycle(a.id, b.id, a.id));
    expect(await story.depend(a.id, c.id)).toMatchObject({ status: 201 });
    expect(await story.depend(c.id, a.id)).toMatchObject(cycle(c.id, a.id, c.id));
    expect(await story.depend(c.id, b.id)).toMatchObject(cycle(c.id, b.id, c.id));
    expect(await story.depend(a.id, randomUUID())).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/depends_on_id', code: 'unknown' }] },
    });
    const many = [];
    for (let n = 0; n < 100; n += 1) many.push(await story.task());
    const { id } = await story.after(...many);
    expect(await story.depend(id, a.id)).toMatchObject({ status: 409, body: { code: 'task.too-many-dependencies' } });
  });

  it('makes no circle whichever of two writers comes first: the other is told its path', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [a, b] = [await story.task(), await story.task()];
      const both = await Promise.all([story.depend(a.id, b.id), story.depend(b.id, a.id)]);
      expect(statusesOf(both)).toEqual([201, 409]);
      const late = both.findIndex(({ status }) => status === 409);
      const path = late === 0 ? [a.id, b.id, a.id] : [b.id, a.id, b.id];
      expect(both[late]).toMatchObject({ body: { code: 'task.cycle', path } });
    }
  });

  it('and a parent chosen at the same time make no circle either', async () => {
    const [a, b] = [await story.task(), await story.task()];
    const both = await Promise.all([story.depend(a.id, b.id), story.patch(a.id, { parent_task_id: b.id })]);
    expect([
      [200, 409],
      [201, 409],
    ]).toContainEqual(statusesOf(both));
    expect(both.find(({ status }) => status === 409)).toMatchObject({
      body: { code: 'task.cycle', path: [a.id, b.id, a.id] },
    });
  });
});

describe('A task becomes ready', () => {
  it('once, when the last two that it waits for are completed at the same moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [one, other] = [await story.task(), await story.task()];
      const last = await story.after(one, other);
      await Promise.all([story.pass(one.id, 'completed'), story.pass(other.id, 'completed')]);
      expect(await timesReady(last.id)).toBe(1);
      expect(await story.read(last.id)).toMatchObject({ blocked_by: [], is_ready: true });
    }
  });

  it('when what it waits for is cancelled or deleted, but not a second time', async () => {
    const [one, other] = [await story.task(), await story.task()];
    const [afterOne, afterOther] = [await story.after(one), await story.after(other)];
    await story.pass(one.id, 'cancelled');
    expect((await story.remove(other.id)).status).toBe(204);
    expect([await timesReady(afterOne.id), await timesReady(afterOther.id)]).toEqual([1, 1]);
    await story.remove(one.id);
    await story.ask('DELETE', `/tasks/${afterOne.id}/dependencies/${one.id}`);
    expect(await timesReady(afterOne.id)).toBe(1);
    expect((await story.ask('GET', `/tasks/${afterOther.id}/dependencies`)).body.items).toMatchObject([
      { depends_on_id: other.id, is_open: false },
    ]);
  });

  it('not while another one is open, it has begun, or its goal is on hold', async () => {
    const [first, open, goal] = [await story.task(), await story.task(), await story.goals.goal()];
    const [waits, begun] = [await story.after(first, open), await story.after(first)];
    const held = await story.task({ goal_id: goal.id, dependencies: [first.id] });
    await story.change(begun.id, 'in_progress', { override: true });
    await story.goals.change(goal.id, 'on_hold');
    await story.pass(first.id, 'completed');
    for (const { id } of [waits, begun, held]) expect(await timesReady(id)).toBe(0);
  });

  it('no more when what it waited for is opened again', async () => {
    const first = await story.task();
    const { id } = await story.after(first);
    await story.pass(first.id, 'completed', 'todo');
    expect(await story.read(id)).toMatchObject({ blocked_by: [first.id], is_ready: false });
    await story.pass(first.id, 'completed');
    expect(await timesReady(id)).toBe(2);
  });
});

describe('Subtasks', () => {
  const chain = async (length: number) => {
    const ids = [(await story.task()).id];
    while (ids.length < length) ids.push((await story.task({ parent_task_id: ids.at(-1) })).id);
    return ids;
  };

  it('take the goal of their parent unless they name one', async () => {
    const [{ id: goal }, { id: other }] = [await story.goals.goal(), await story.goals.goal()];
    const parent = await story.task({ goal_id: goal });
    expect((await story.task({ parent_task_id: parent.id })).goal_id).toBe(goal);
    expect((await story.task({ parent_task_id: parent.id, goal_id: other })).goal_id).toBe(other);
    expect((await story.task({ parent_task_id: parent.id, goal_id: null })).goal_id).toBeNull();
  });

  it('move with what is below them, ten levels deep at most, and never below themselves', async () => {
    const [deep, pair] = [await chain(9), await chain(2)];
    const tooDeep = { status: 409, body: { code: 'task.too-deep', deepest: 10 } };
    expect(await story.patch(pair[0]!, { parent_task_id: deep[8] })).toMatchObject(tooDeep);
    expect(await story.patch(pair[0]!, { parent_task_id: deep[7], title: 'Moved' })).toMatchObject({
      status: 200,
      body: { parent_task_id: deep[7], title: 'Moved', version: 2 },
    });
    expect(await story.ask('POST', '/tasks', { title: 'x', parent_task_id: pair[1] })).toMatchObject(tooDeep);
    expect(await story.patch(deep[7]!, { parent_task_id: pair[1] })).toMatchObject({
      status: 409,
      body: { code: 'task.cycle', path: [deep[7], pair[0], pair[1], deep[7]] },
    });
    expect(await story.patch(pair[0]!, { parent_task_id: null })).toMatchObject({ body: { parent_task_id: null } });
    expect(await story.patch(pair[0]!, { parent_task_id: randomUUID() })).toMatchObject({ status: 422 });
  });

  it('are deleted and brought back with their parent, and nothing else is', async () => {
    const [top, middle, leaf] = await chain(3);
    const early = await story.task({ parent_task_id: top });
    await story.remove(early.id);
    const waiting = await story.after({ id: leaf! });
    expect((await story.remove(top!)).status).toBe(204);
    expect(await timesReady(waiting.id)).toBe(1);
    for (const id of [top!, middle!, leaf!]) expect((await story.ask('GET', `/tasks/${id}`)).status).toBe(404);
    expect(await story.ask('POST', `/tasks/${leaf!}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'task.parent-deleted', parent_task_id: middle },
    });
    expect(await story.ask('POST', `/tasks/${top!}/restore`)).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await story.ask('POST', `/tasks/${top!}/restore`)).toMatchObject({ body: { code: 'task.not-deleted' } });
    expect(await story.read(leaf!)).toMatchObject({ parent_task_id: middle, version: 3 });
    expect((await story.ask('GET', `/tasks/${early.id}`)).status).toBe(404);
    expect(await story.read(waiting.id)).toMatchObject({ blocked_by: [leaf] });
    expect((await story.told(leaf)).slice(1)).toMatchObject([
      { event_type: 'task.deleted', details: { deleted_with: top } },
      { event_type: 'task.restored', details: { restored_with: top } },
    ]);
    expect((await story.audited(leaf!)).map(({ action }) => action)).toEqual([
      'task.created',
      'task.deleted',
      'task.restored',
    ]);
  });

  it('do not come back under a goal that is deleted meanwhile, but under one that is closed', async () => {
    const [gone, closed] = [await story.goals.goal(), await story.goals.goal()];
    const [one, other] = [await story.task(), await story.task({ goal_id: closed.id })];
    await story.task({ parent_task_id: one.id, goal_id: gone.id });
    for (const { id } of [one, other]) await story.remove(id);
    await story.goals.discard(gone.id);
    await story.goals.change(closed.id, 'achieved');
    expect(await story.ask('POST', `/tasks/${one.id}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'task.goal-deleted', goal_ids: [gone.id] },
    });
    expect(await story.ask('POST', `/tasks/${other.id}/restore`)).toMatchObject({ status: 200 });
  });
});
