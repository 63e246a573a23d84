import { TestApp } from '../../support/app';
import { cacheIsThere, HIT, letCommitsTake, MISS, outcomesOf } from '../../support/cache';
import { GoalStory } from '../../support/goal-story';

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

const ofGoals = (work: () => Promise<unknown>) => outcomesOf('goal', work);
const ofLists = (work: () => Promise<unknown>) => outcomesOf('goal_list', work);

describe('A goal in the cache', () => {
  it('is found by the second read', async () => {
    const { id } = await story.goal();
    expect(await ofGoals(() => story.read(id))).toEqual(MISS);
    expect(await ofGoals(() => story.read(id))).toEqual(HIT);
  });

  it('is as it is in the database after whatever has changed it, itself or from below', async () => {
    const root = await story.goal({ progress_source: 'children' });
    const other = await story.goal();
    const leaf = await story.goal({ parent_goal_id: root.id });
    const at = (id: string) => `/goals/${id}`;
    const changes: readonly (readonly [what: string, change: () => Promise<unknown>, seen: () => Promise<unknown>])[] =
      [
        ['patched', () => story.patch(leaf.id, { name: 'Another name' }), async () => (await story.read(leaf.id)).name],
        [
          'reported on',
          () => story.must(201, 'POST', `${at(leaf.id)}/progress`, { percentage: 40 }),
          async () => (await story.read(root.id)).progress_percentage,
        ],
        [
          'assessed',
          () => story.must(201, 'POST', `${at(leaf.id)}/assessments`, { status: 'completed', score: 70 }),
          async () => (await story.read(leaf.id)).assessment_score,
        ],
        [
          'moved',
          () => story.patch(leaf.id, { parent_goal_id: other.id }),
          async () => (await story.read(root.id)).progress_percentage,
        ],
        [
          'ended with its parent',
          () => story.change(other.id, 'missed', { on_children: 'cascade' }),
          async () => (await story.read(leaf.id)).status,
        ],
        [
          'let go',
          () => story.remove(other.id, '?on_children=leave'),
          async () => (await story.read(leaf.id)).parent_goal_id,
        ],
      ];
    const seen: unknown[] = [];
    for (const [, change, look] of changes) {
      await look();
      expect(await ofGoals(look)).toEqual(HIT);
      await change();
      seen.push(await look());
    }
    expect(seen).toEqual(['Another name', 40, 70, null, 'missed', null]);
  });

  it('is gone when it is deleted, and back when it is restored', async () => {
    const { id } = await story.goal();
    await story.read(id);
    await story.remove(id);
    expect((await story.ask('GET', `/goals/${id}`)).status).toBe(404);
    await story.must(200, 'POST', `/goals/${id}/restore`);
    expect(await story.read(id)).toMatchObject({ deleted_at: null });
  });

  it('shows what the clock makes of it as it is when it is read', async () => {
    const { id } = await story.goal({ target_date: new Date(Date.now() + 2000).toISOString() });
    await story.read(id);
    expect(await story.read(id)).not.toMatchObject({ health: 'off_track' });
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const { hit } = await ofGoals(async () => expect(await story.read(id)).toMatchObject({ health: 'off_track' }));
    expect(hit).toBe(1);
  });
});

describe('A list of goals in the cache', () => {
  it('is found by the second read, for the same question only', async () => {
    await story.goal({ name: 'One' });
    expect(await ofLists(() => story.names('sort=name'))).toEqual(MISS);
    expect(await ofLists(() => story.names('sort=name'))).toEqual(HIT);
    expect(await ofLists(() => story.names('sort=-name'))).toEqual(MISS);
  });

  it('is fresh after any change of any goal or link of the tenant', async () => {
    const first = await story.goal({ name: 'First' });
    const element = '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e0f';
    const linked = () => story.names(`linked_element_id=${element}`);
    expect([await story.names('sort=name'), await linked()]).toEqual([['First'], []]);
    await story.goal({ name: 'Second' });
    expect(await story.names('sort=name')).toEqual(['First', 'Second']);
    await story.patch(first.id, { name: 'Renamed' });
    expect(await story.names('sort=name')).toEqual(['Renamed', 'Second']);
    await story.must(201, 'POST', `/goals/${first.id}/links`, {
      ...{ linked_element_id: element, linked_element_type: 'Capability', link_type: 'realizes' },
    });
    expect(await linked()).toEqual(['Renamed']);
    await story.must(201, 'POST', `/goals/${first.id}/progress`, { percentage: 80 });
    expect(await story.names('min_progress=80')).toEqual(['Renamed']);
    await story.remove(first.id);
    expect([await story.names('sort=name'), await story.names('deleted=only')]).toEqual([['Second'], ['Renamed']]);
  });

  it('is not kept where a filter hangs on the clock', async () => {
    await story.goal();
    for (const query of ['health=insufficient_data', 'due_within_days=3']) {
      await story.names(query);
      expect(await ofLists(() => story.names(query))).toEqual({ hit: 0, miss: 0, bypass: 0 });
    }
  });
});
