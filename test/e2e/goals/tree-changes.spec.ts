import type { GoalView } from '#application/goals/views';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
});

const below = (parent: GoalView, more: object = {}) => story.goal({ parent_goal_id: parent.id, ...more });

describe('Moving a goal', () => {
  it('takes all below it along, and can make a root of it', async () => {
    const [a, b] = [await story.goal(), await story.goal()];
    const moved = await below(a);
    const leaf = await below(moved);
    expect((await story.patch(moved.id, { parent_goal_id: b.id })).body).toMatchObject({
      parent_goal_id: b.id,
      version: 2,
    });
    expect(await story.read(leaf.id)).toMatchObject({ parent_goal_id: moved.id, version: 1 });
    expect((await story.patch(moved.id, { parent_goal_id: null, name: 'Free' })).body).toMatchObject({
      parent_goal_id: null,
      name: 'Free',
      version: 3,
    });
  });

  it('is refused below itself and below what hangs below it, with the way', async () => {
    const root = await story.goal();
    const middle = await below(root);
    const leaf = await below(middle);
    expect(await story.patch(root.id, { parent_goal_id: root.id })).toMatchObject({
      status: 409,
      body: { code: 'goal.cycle', path: [root.id] },
    });
    expect(await story.patch(root.id, { parent_goal_id: leaf.id })).toMatchObject({
      status: 409,
      body: { code: 'goal.cycle', path: [root.id, middle.id, leaf.id] },
    });
  });

  it('never closes a circle when two are moved below each other at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await story.goal(), await story.goal()];
      const both = await Promise.all([
        story.ask('PATCH', `/goals/${a.id}`, { parent_goal_id: b.id }, { version: 1 }),
        story.ask('PATCH', `/goals/${b.id}`, { parent_goal_id: a.id }, { version: 1 }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
  });

  it('keeps to ten levels, counting what moves along', async () => {
    let deepest = await story.goal();
    for (let depth = 2; depth <= 9; depth += 1) deepest = await below(deepest);
    const other = await story.goal();
    await below(other);
    expect(await story.patch(other.id, { parent_goal_id: deepest.id })).toMatchObject({
      status: 409,
      body: { code: 'goal.too-deep' },
    });
    const tenth = await below(deepest);
    const eleventh = { name: 'Eleventh', goal_type: 'tactical', parent_goal_id: tenth.id };
    expect(await story.ask('POST', '/goals', eleventh)).toMatchObject({ status: 409, body: { code: 'goal.too-deep' } });
  });

  it('below another tenant’s goal answers as below none', async () => {
    const foreign = await (await GoalStory.begin(app)).goal();
    const goal = await story.goal();
    const unknown = '0190b3c4-0000-7000-8000-00000000000a';
    for (const parent_goal_id of [foreign.id, unknown])
      expect(await story.patch(goal.id, { parent_goal_id })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/parent_goal_id', code: 'unknown' }] },
      });
  });
});

describe('Deleting a goal', () => {
  let [root, child, leaf]: GoalView[] = [];
  beforeEach(async () => {
    root = await story.goal({ name: 'Root' });
    child = await below(root, { name: 'Child' });
    leaf = await below(child, { name: 'Leaf' });
  });
  const seen = async () =>
    Promise.all([root, child, leaf].map(async (goal) => (await story.ask('GET', `/goals/${goal!.id}`)).status));

  it('with children is refused with a list of them', async () => {
    expect(await story.remove(root!.id)).toMatchObject({
      status: 409,
      body: { code: 'goal.live-children', children: [{ id: child!.id, name: 'Child' }] },
    });
    expect(await story.ask('DELETE', `/goals/${root!.id}?on_children=maybe`, undefined, { version: 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?on_children' }] },
    });
    expect(await seen()).toEqual([200, 200, 200]);
  });

  it('with cascade takes the whole subtree; restore brings back exactly that', async () => {
    const before = await below(root!, { name: 'Gone before' });
    await story.remove(before.id);
    expect((await story.remove(root!.id, '?on_children=cascade')).status).toBe(204);
    expect(await seen()).toEqual([404, 404, 404]);
    expect((await story.names('deleted=only&sort=name')).sort()).toEqual(['Child', 'Gone before', 'Leaf', 'Root']);
    expect(await story.ask('POST', `/goals/${child!.id}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'goal.parent-deleted', parent_goal_id: root!.id },
    });
    expect(await story.ask('POST', `/goals/${root!.id}/restore`)).toMatchObject({
      status: 200,
      body: { deleted_at: null },
    });
    expect(await seen()).toEqual([200, 200, 200]);
    expect(await story.names('deleted=only')).toEqual(['Gone before']);
    const [deleted] = await app.rows<{ deleted_at: object }>(
      `SELECT changes->'deleted_at' AS deleted_at FROM audit_log WHERE entity_id = $1 AND action = 'goal.deleted'`,
      [leaf!.id],
    );
    expect(deleted).toMatchObject({ deleted_at: { old: null, new: expect.any(String) as string } });
    const restored = await app.rows<{ was: string }>(
      `SELECT changes->'deleted_at'->>'old' AS was FROM audit_log WHERE entity_id = $1 AND action = 'goal.restored'`,
      [leaf!.id],
    );
    expect(restored).toEqual([{ was: (deleted!.deleted_at as { new: string }).new }]);
    const told = (id: string, by: string | null, parent: string | null) =>
      expect(story.told({ goal: id })).resolves.toMatchObject([
        { event_type: 'goal.created', details: { parent_goal_id: parent } },
        { event_type: 'goal.deleted', details: { deleted_with: by } },
        { event_type: 'goal.restored', details: { restored_with: by } },
      ]);
    await told(leaf!.id, root!.id, child!.id);
    await told(root!.id, null, null);
  });

  it('with leave makes roots of its children, and a restore does not take them back', async () => {
    expect((await story.remove(root!.id, '?on_children=leave')).status).toBe(204);
    expect(await story.read(child!.id)).toMatchObject({ parent_goal_id: null, version: 2 });
    expect((await story.ask('POST', `/goals/${root!.id}/restore`)).status).toBe(200);
    expect(await story.read(child!.id)).toMatchObject({ parent_goal_id: null });
    expect(await story.names(`parent_goal_id=${root!.id}`)).toEqual([]);
  });

  it('hides it from everything but lists of what is deleted', async () => {
    await story.remove(leaf!.id);
    expect((await story.ask('PATCH', `/goals/${leaf!.id}`, { name: 'No' }, { version: 2 })).status).toBe(404);
    expect((await story.change(leaf!.id, 'on_hold')).status).toBe(404);
    expect(await story.ask('POST', `/goals/${root!.id}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'goal.not-deleted' },
    });
  });

  it('is not undone below a tree that has grown too deep meanwhile', async () => {
    await story.remove(child!.id, '?on_children=cascade');
    let deepest = await story.goal();
    for (let depth = 2; depth <= 8; depth += 1) deepest = await below(deepest);
    expect((await story.patch(root!.id, { parent_goal_id: deepest.id })).status).toBe(200);
    expect(await story.ask('POST', `/goals/${child!.id}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'goal.too-deep' },
    });
  });
});
