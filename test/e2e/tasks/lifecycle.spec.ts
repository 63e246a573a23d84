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

const UNKNOWN = '0190b3c4-0000-7000-8000-00000000000a';

describe('A task', () => {
  it('is made with what most tasks are, owned by who makes it, and is ready', async () => {
    const task = await story.task();
    expect(task).toMatchObject({
      ...{ status: 'todo', priority: 'medium', percent_complete: 0, version: 1, tags: [], metadata: {} },
      ...{ owner_id: story.goals.tenant.userId, created_by: story.goals.tenant.userId, assigned_to: null },
      ...{ goal_id: null, parent_task_id: null, dependencies: [], blocked_by: [], is_blocked: false, is_ready: true },
    });
    expect(await story.read(task.id)).toEqual(task);
  });

  it('takes all that can be said of it, in the words of other systems too', async () => {
    const [{ id: goal }, first, member] = [await story.goals.goal(), await story.task(), await story.member()];
    const made = await story.ask('POST', '/tasks', {
      ...{ name: '  Write it down ', user_id: UNKNOWN.toUpperCase(), priority: 'HIGH', status: 'TODO' },
      ...{ goal_id: goal.toUpperCase(), assigned_to: member, due_date: '2026-03-31', estimated_hours: 2.5 },
      ...{ actual_hours: 1, percent_complete: 40, tags: ['a', ' a '], metadata: { x: [1] } },
      dependencies: [first.id, first.id.toUpperCase()],
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...{ title: 'Write it down', owner_id: UNKNOWN, priority: 'high', goal_id: goal, assigned_to: member },
        ...{ due_date: '2026-03-31T23:59:59.999Z', estimated_hours: 2.5, actual_hours: 1, percent_complete: 40 },
        ...{ tags: ['a'], metadata: { x: [1] }, dependencies: [first.id], blocked_by: [first.id], is_blocked: true },
      },
    });
    const id = String(made.body.id);
    expect(await story.told(id)).toMatchObject([
      { event_type: 'task.created', goal_id: goal, details: { assigned_to: member, dependencies: [first.id] } },
      { event_type: 'task.assigned', goal_id: goal, details: { assigned_to: member, previous_assignee: null } },
    ]);
    expect(await story.audited(id)).toMatchObject([
      { action: 'task.created', changes: { dependencies: { old: null, new: [first.id] } } },
    ]);
  });

  it('names everything that is faulty at once: first its form, then what it speaks of', async () => {
    const form = { name: 'One', title: 'Other', status: 'completed', percent_complete: 101, dependencies: ['x'] };
    expect(await story.ask('POST', '/tasks', { ...form, owner_id: UNKNOWN, user_id: randomUUID() })).toMatchObject({
      status: 422,
      body: {
        errors: ['/status', '/dependencies', '/percent_complete', '/name', '/user_id'].map((pointer) => ({ pointer })),
      },
    });
    const known = await story.task();
    const unknown = {
      ...{ title: 'A task', goal_id: UNKNOWN, parent_task_id: UNKNOWN, assigned_to: UNKNOWN },
      dependencies: [known.id, UNKNOWN],
    };
    const pointers = ['/goal_id', '/parent_task_id', '/dependencies/1', '/assigned_to'];
    expect(await story.ask('POST', '/tasks', unknown)).toMatchObject({
      status: 422,
      body: { errors: pointers.map((pointer) => ({ pointer, code: 'unknown' })) },
    });
    expect(await story.ask('POST', '/tasks', {})).toMatchObject({ body: { errors: [{ pointer: '/title' }] } });
  });

  it('changes status, assignment and dependencies by their own routes only, which a refusal names', async () => {
    const { id } = await story.task();
    const { status, body } = await story.patch(id, { status: 'completed', assigned_to: null, dependencies: [] });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject(
      ['transitions', 'assignment', 'dependencies'].map((route) => ({
        detail: expect.stringContaining(`/tasks/{id}/${route}`) as string,
      })),
    );
    const sent = { title: 'Changed', description: null, due_date: '2027-01-01T10:00:00+02:00', tags: ['b'] };
    expect((await story.patch(id, sent)).body).toMatchObject({
      ...{ title: 'Changed', due_date: '2027-01-01T08:00:00.000Z', tags: ['b'], version: 2 },
    });
    expect(await story.typesTold(id)).toEqual(['task.created', 'task.updated']);
  });

  it('is given to members of the tenant only, and told of once', async () => {
    const [{ id }, member] = [await story.task(), await story.member()];
    const give = (to: string | null) => story.ask('POST', `/tasks/${id}/assignment`, { assigned_to: to });
    expect(await give(member)).toMatchObject({ status: 200, body: { assigned_to: member, version: 2 } });
    expect(await give(member)).toMatchObject({ status: 200, body: { version: 2 } });
    const stranger = await (await TaskStory.begin(app)).member();
    expect(await give(stranger)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/assigned_to' }] } });
    expect(await give(null)).toMatchObject({ status: 200, body: { assigned_to: null, version: 3 } });
    expect((await story.told(id)).slice(1)).toMatchObject([
      { event_type: 'task.assigned', details: { assigned_to: member, previous_assignee: null } },
      { event_type: 'task.assigned', details: { assigned_to: null, previous_assignee: member } },
    ]);
  });
});

describe('The status of a task', () => {
  it('goes its way, with the effects and facts of each step', async () => {
    const { id } = await story.task({ percent_complete: 30 });
    await story.pass(id, 'IN_PROGRESS', 'todo');
    expect(await story.change(id, 'blocked')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/reason' }] },
    });
    await story.pass(id, 'blocked');
    expect(await story.read(id)).toMatchObject({ blocked_reason: 'why', is_blocked: true, is_ready: false });
    await story.pass(id, 'todo', 'completed');
    const completed = await story.read(id);
    expect(completed).toMatchObject({ percent_complete: 100, blocked_reason: null, version: 6 });
    expect(completed.completed_at).not.toBeNull();
    expect(await story.change(id, 'cancelled')).toMatchObject({
      status: 409,
      body: { code: 'task.invalid-transition', allowed: ['todo'] },
    });
    expect(await story.patch(id, { percent_complete: 90 })).toMatchObject({ body: { code: 'task.completed' } });
    await story.pass(id, 'todo');
    expect(await story.read(id)).toMatchObject({ completed_at: null, percent_complete: 100 });
    expect(await story.typesTold(id)).toEqual([
      ...['task.created', 'task.updated', 'task.updated', 'task.blocked', 'task.updated', 'task.ready'],
      ...['task.completed', 'task.updated'],
    ]);
  });

  it('passes what it depends on by an override of an Owner only, which is audited when it was needed', async () => {
    const first = await story.task();
    const { id } = await story.after(first);
    expect(await story.change(id, 'in_progress')).toMatchObject({
      status: 409,
      body: { code: 'task.blocked', blocked_by: [{ id: first.id, title: 'A task', status: 'todo' }] },
    });
    expect((await story.change(id, 'in_progress', { override: true }, 'Editor')).status).toBe(403);
    expect((await story.change(id, 'in_progress', { override: true })).status).toBe(200);
    await story.pass(first.id, 'completed');
    expect((await story.change(id, 'completed', { override: true })).status).toBe(200);
    const [, started, completed] = await story.audited(id);
    expect(started?.changes.override).toEqual({ old: null, new: [first.id] });
    expect(completed?.changes).not.toHaveProperty('override');
  });

  it('is not completed over open subtasks, which nobody can override', async () => {
    const parent = await story.task();
    const child = await story.task({ parent_task_id: parent.id });
    expect(await story.change(parent.id, 'completed', { override: true })).toMatchObject({
      status: 409,
      body: { code: 'task.open-subtasks', subtasks: [{ id: child.id }] },
    });
    await story.pass(child.id, 'cancelled');
    await story.pass(parent.id, 'completed');
    expect(await story.change(child.id, 'todo')).toMatchObject({ body: { code: 'task.parent-closed' } });
    expect(await story.ask('POST', '/tasks', { title: 'x', parent_task_id: parent.id })).toMatchObject({
      status: 409,
      body: { code: 'task.parent-closed', parent_task_id: parent.id },
    });
  });

  it('opens, and is put, under open goals only; under one on hold it is not ready', async () => {
    const { id: goal } = await story.goals.goal();
    const [{ id }, loose] = [await story.task({ goal_id: goal }), await story.task()];
    await story.goals.change(goal, 'on_hold');
    expect(await story.read(id)).toMatchObject({ is_ready: false, is_blocked: false });
    await story.pass(id, 'blocked', 'todo', 'cancelled');
    expect(await story.typesTold(id)).not.toContain('task.ready');
    await story.goals.change(goal, 'abandoned');
    const closed = { status: 409, body: { code: 'task.goal-closed', goal_id: goal } };
    expect(await story.change(id, 'todo')).toMatchObject(closed);
    expect(await story.patch(loose.id, { goal_id: goal })).toMatchObject(closed);
    expect(await story.ask('POST', '/tasks', { title: 'x', goal_id: goal })).toMatchObject(closed);
  });
});
