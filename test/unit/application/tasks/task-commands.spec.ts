import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { stale } from '#domain/shared/aggregate';
import { conflict } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { expectOk } from '../../../support/results';
import { World } from './world';

let world: World;
beforeEach(() => {
  world = new World();
});

const refused = (code: string) => ({ ok: false, error: { code } });

type Attempt = (id: string, actor: Actor) => Promise<Result<unknown>>;

/** What can be done to a task that is there, by the permission that it takes. */
const ATTEMPTS: readonly (readonly [string, string, Attempt])[] = [
  ['editing', 'task:update', (id, actor) => world.edit(id, { title: 'x' }, 1, actor)],
  ['moving', 'task:update', (id, actor) => world.move(id, { goalId: null }, 1, actor)],
  ['a transition', 'task:update', (id, actor) => world.change(id, 'completed', { actor })],
  ['giving away', 'task:update', (id, actor) => world.assign(id, null, null, actor)],
  ['deleting', 'task:delete', (id, actor) => world.remove(id, 1, actor)],
  ['restoring', 'task:delete', (id, actor) => world.restore(id, null, actor)],
  ['adding a dependency', 'task:update', (id, actor) => world.depend(id, id, actor)],
  ['removing a dependency', 'task:update', (id, actor) => world.dependNoMore(id, id, actor)],
  ['listing dependencies', 'task:read', (id, actor) => world.dependencies(id, actor)],
  ['reading a dependency', 'task:read', (id, actor) => world.dependency(id, id, actor)],
];

describe('Every use case of tasks', () => {
  it.each(ATTEMPTS)('%s needs %s, and a task of the tenant', async (_what, permission, attempt) => {
    const id = await world.task();
    const nobody = world.as('Viewer');
    if (permission !== 'task:read')
      expect(await attempt(id, nobody)).toMatchObject({
        error: { kind: 'forbidden', message: expect.stringContaining(permission) as string },
      });
    expect(await attempt(id, world.stranger)).toMatchObject(refused('task.not-found'));
    expect(await attempt(randomUUID(), world.admin)).toMatchObject(refused('task.not-found'));
  });

  it('reads nothing for somebody without the right to', async () => {
    const id = await world.task();
    const nobody = Actor.system([world.tenantId]);
    expect(await world.dependencies(id, nobody)).toMatchObject(refused('forbidden'));
    expect(await world.dependency(id, id, nobody)).toMatchObject(refused('forbidden'));
    expect(await world.create({}, {}, nobody)).toMatchObject(refused('forbidden'));
  });

  it('that changes a version holds it against the one that was seen', async () => {
    const id = await world.task();
    expect(await world.edit(id, {}, null)).toMatchObject(refused('precondition-required'));
    expect(await world.edit(id, {}, 2)).toMatchObject(refused('version-mismatch'));
    expect(await world.move(id, {}, null)).toMatchObject(refused('precondition-required'));
    expect(await world.remove(id, null)).toMatchObject(refused('precondition-required'));
    expect(await world.change(id, 'blocked', { seen: 2 })).toMatchObject(refused('version-mismatch'));
    expect(await world.assign(id, null, 2)).toMatchObject(refused('version-mismatch'));
    expect(await world.restore(id, 2)).toMatchObject(refused('version-mismatch'));
  });
});

describe('A change of a task', () => {
  /** What is done to a task under a goal, with the version that it has and whether its goal counts by it. */
  const changes: readonly (readonly [string, (id: string) => Promise<Result<unknown>>, boolean])[] = [
    ['making another', (id) => world.create({}, { parentTaskId: id }), true],
    ['editing', (id) => world.edit(id, { percentComplete: 1 }), true],
    ['moving', (id) => world.move(id, { goalId: null }), true],
    ['completing', (id) => world.change(id, 'completed'), true],
    ['giving away', (id) => world.assign(id, world.memberId), false],
    ['deleting', (id) => world.remove(id), true],
  ];

  it.each(changes)(
    'is refused as a whole where somebody was faster, or a roll-up is refused: %s',
    async (_what, attempt, counts) => {
      const id = await world.task({ goalId: world.goal() });
      const saving = jest.spyOn(world.tasks, 'save').mockResolvedValueOnce(err(stale(7)));
      expect(await attempt(id)).toMatchObject(refused('version-mismatch'));
      saving.mockRestore();
      world.rollUp = err(conflict('goal.held', 'Not now.'));
      expect(await attempt(id)).toMatchObject(counts ? refused('goal.held') : { ok: true });
    },
  );

  it('is refused as a whole when it brings a task back too', async () => {
    const id = await world.task({ goalId: world.goal() });
    expectOk(await world.remove(id));
    jest.spyOn(world.tasks, 'save').mockResolvedValueOnce(err(stale(7)));
    expect(await world.restore(id)).toMatchObject(refused('version-mismatch'));
    world.rollUp = err(conflict('goal.held', 'Not now.'));
    expect(await world.restore(id)).toMatchObject(refused('goal.held'));
  });
});

describe('Making a task', () => {
  it('names everything unknown at once', async () => {
    const known = await world.task();
    const asked = {
      ...{ goalId: randomUUID(), parentTaskId: randomUUID(), assignedTo: randomUUID() },
      dependencies: [known, randomUUID()],
    };
    expect(await world.create({}, asked)).toMatchObject({
      error: {
        fields: ['/goal_id', '/parent_task_id', '/dependencies/1', '/assigned_to'].map((pointer) => ({ pointer })),
      },
    });
    expect(await world.create({ title: '' })).toMatchObject({ error: { fields: [{ pointer: '/title' }] } });
  });

  it('takes the goal of its parent, rolls up, and holds the board only where it stands on it', async () => {
    await world.task();
    expect([world.tasks.held, world.rolledUp]).toEqual([0, []]);
    const [goal, other] = [world.goal(), world.goal()];
    const parent = await world.task({ goalId: goal });
    const child = expectOk(await world.create({}, { parentTaskId: parent, assignedTo: world.memberId }));
    expect(child).toMatchObject({ goal_id: goal, parent_task_id: parent, assigned_to: world.memberId });
    expect(expectOk(await world.create({}, { parentTaskId: parent, goalId: other })).goal_id).toBe(other);
    expect(world.tasks.held).toBe(3);
    expect(world.rolledUp).toEqual([[goal], [goal], [other, goal]]);
  });

  it('waits for each task once, and not in a circle with its parent', async () => {
    const first = await world.task();
    const parent = await world.task({ dependencies: [first, first] });
    expect(expectOk(await world.dependencies(parent)).items).toHaveLength(1);
    const later = await world.task({ dependencies: [parent] });
    expect(await world.create({}, { parentTaskId: parent, dependencies: [later] })).toMatchObject({
      error: { code: 'task.cycle', details: { path: expect.arrayContaining([later, parent]) as string[] } },
    });
  });
});

describe('Changing a task', () => {
  it('takes the board and rolls up only for what its goal counts by', async () => {
    const goal = world.goal();
    const id = await world.task({ goalId: goal });
    const before = world.tasks.held;
    expectOk(await world.edit(id, { title: 'Words' }));
    expect([world.tasks.held, world.rolledUp]).toEqual([before, [[goal]]]);
    expectOk(await world.edit(id, { percentComplete: 10 }, 2));
    expectOk(await world.edit(id, { estimatedHours: 1 }, 3));
    expect([world.tasks.held, world.rolledUp]).toEqual([before + 2, [[goal], [goal], [goal]]]);
    expect(await world.edit(id, { percentComplete: 101 }, 4)).toMatchObject(refused('validation-failed'));
  });

  it('elsewhere rolls up the goals that it leaves and that it comes to', async () => {
    const [from, to] = [world.goal(), world.goal()];
    const [id, parent] = [await world.task({ goalId: from }), await world.task({ goalId: from })];
    expectOk(await world.move(id, { goalId: to }));
    expect(world.rolledUp.at(-1)).toEqual([from, to]);
    expectOk(await world.move(id, { goalId: null, parentTaskId: parent }, 2));
    expect(world.rolledUp.at(-1)).toEqual([to, from]);
    expectOk(await world.move(id, { parentTaskId: null }, 3));
    expect(world.rolledUp.at(-1)).toEqual([from]);
  });

  it('elsewhere is refused where that is unknown, closed, or below itself', async () => {
    const id = await world.task();
    const below = await world.task({ parentTaskId: id });
    expect(await world.move(id, { goalId: randomUUID(), parentTaskId: randomUUID() })).toMatchObject({
      error: { fields: [{ pointer: '/goal_id' }, { pointer: '/parent_task_id' }] },
    });
    expect(await world.move(id, { goalId: world.goal('achieved') })).toMatchObject(refused('task.goal-closed'));
    expect(await world.move(id, { parentTaskId: below })).toMatchObject({
      error: { code: 'task.cycle', details: { path: [id, below, id] } },
    });
    expect(world.rolledUp).toEqual([]);
  });

  it('gives it to members only, without the board', async () => {
    const id = await world.task();
    expect(expectOk(await world.assign(id, world.memberId))).toMatchObject({ assigned_to: world.memberId, version: 2 });
    expect(await world.assign(id, randomUUID())).toMatchObject({ error: { fields: [{ pointer: '/assigned_to' }] } });
    expect(world.tasks.held).toBe(0);
  });
});

describe('A change of status', () => {
  it('sets free who waited, once, and rolls up where something was opened or closed', async () => {
    const goal = world.goal();
    const first = await world.task({ goalId: goal });
    await world.task({ dependencies: [first] });
    world.rolledUp.length = 0;
    expectOk(await world.change(first, 'in_progress'));
    expect(world.rolledUp).toEqual([]);
    expectOk(await world.change(first, 'completed'));
    expect(world.rolledUp).toEqual([[goal]]);
    expect(world.told.filter((type) => type === 'task.ready')).toHaveLength(1);
    expectOk(await world.change(first, 'todo'));
    expect(world.rolledUp).toEqual([[goal], [goal]]);
    expect(world.told.filter((type) => type === 'task.ready')).toHaveLength(1);
  });

  it('from blocked to todo sets the task itself free', async () => {
    const id = await world.task();
    expectOk(await world.change(id, 'blocked'));
    expectOk(await world.change(id, 'todo'));
    expect(world.told).toEqual(['task.created', 'task.blocked', 'task.updated', 'task.ready']);
  });

  it('passes blockers by an override of whom may', async () => {
    const id = await world.task({ dependencies: [await world.task()] });
    expect(await world.change(id, 'completed')).toMatchObject(refused('task.blocked'));
    const editor = world.as('Editor');
    expect(await world.change(id, 'completed', { override: true, actor: editor })).toMatchObject({
      error: { code: 'forbidden', message: expect.stringContaining('task:override') as string },
    });
    expectOk(await world.change(id, 'completed', { override: true }));
  });

  it('looks at subtasks, goal and parent', async () => {
    const goal = world.goal();
    const parent = await world.task({ goalId: goal });
    const child = await world.task({ parentTaskId: parent });
    expect(await world.change(parent, 'completed')).toMatchObject(refused('task.open-subtasks'));
    for (const id of [child, parent]) expectOk(await world.change(id, 'completed'));
    expect(await world.change(child, 'todo')).toMatchObject(refused('task.parent-closed'));
    world.tasks.goals[0] = { id: goal, name: 'A goal', status: 'achieved' };
    expect(await world.change(parent, 'todo')).toMatchObject(refused('task.goal-closed'));
  });
});

describe('Deleting a task', () => {
  it('takes what is below along, sets free who waited for what was open, and rolls up every goal', async () => {
    const [goal, other] = [world.goal(), world.goal()];
    const top = await world.task({ goalId: goal });
    const below = await world.task({ parentTaskId: top, goalId: other });
    const waits = await world.task({ dependencies: [below] });
    expectOk(await world.remove(top));
    expect(world.told.filter((type) => type === 'task.deleted')).toHaveLength(2);
    expect(world.told.filter((type) => type === 'task.ready')).toHaveLength(1);
    expect(world.rolledUp.at(-1)).toEqual([goal, other]);
    expectOk(await world.restore(top));
    expect(world.rolledUp.at(-1)).toEqual([goal, other]);
    expect(expectOk(await world.dependencies(waits)).items).toMatchObject([{ depends_on_id: below, is_open: true }]);
  });

  it('sets nobody free who waited for what was closed', async () => {
    const first = await world.task();
    await world.task({ dependencies: [first] });
    expectOk(await world.change(first, 'cancelled'));
    expectOk(await world.remove(first, 2));
    expect(world.told.filter((type) => type === 'task.ready')).toHaveLength(1);
  });

  it('is undone only where parent and goals are there', async () => {
    const goal = world.goal();
    const top = await world.task({ goalId: goal });
    const below = await world.task({ parentTaskId: top });
    expect(await world.restore(top)).toMatchObject(refused('task.not-deleted'));
    expectOk(await world.remove(top));
    expect(await world.restore(below)).toMatchObject(refused('task.parent-deleted'));
    world.tasks.goals[0] = { id: goal, name: 'A goal', status: 'active', isDeleted: true };
    expect(await world.restore(top)).toMatchObject(refused('task.goal-deleted'));
  });
});

describe('A dependency', () => {
  it('is added where it is possible, and shown', async () => {
    const [first, id] = [await world.task(), await world.task()];
    const added = expectOk(await world.depend(id, first));
    expect(added).toMatchObject({ task_id: id, depends_on_id: first, is_open: true });
    expect(expectOk(await world.dependency(id, first))).toEqual(added);
    expect(await world.dependency(first, id)).toMatchObject(refused('task_dependency.not-found'));
    expect(await world.depend(id, first)).toMatchObject(refused('task.already-depends'));
    expect(await world.depend(first, id)).toMatchObject({ error: { details: { path: [first, id, first] } } });
    expect(await world.depend(id, id)).toMatchObject({ error: { details: { path: [id, id] } } });
    expect(await world.depend(id, randomUUID())).toMatchObject({ error: { fields: [{ pointer: '/depends_on_id' }] } });
  });

  it('that is removed sets the task free if that one was open', async () => {
    const [open, closed] = [await world.task(), await world.task()];
    const id = await world.task({ dependencies: [open, closed] });
    expectOk(await world.change(closed, 'cancelled'));
    expectOk(await world.dependNoMore(id, closed));
    expect(world.told).not.toContain('task.ready');
    expectOk(await world.dependNoMore(id, open));
    expect(world.told.at(-1)).toBe('task.ready');
    expect(await world.dependNoMore(id, open)).toMatchObject(refused('task_dependency.not-found'));
  });
});
