import type { TreeGoalView } from '#application/goals/insight-views';
import type { Page } from '#application/shared/listing';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;
const ids: Record<string, string> = {};

/** A root with branches a, b and c; b has b1 and b2, and b1 four levels more below it. */
const PARENTS = [
  ['root', null],
  ['a', 'root'],
  ['b', 'root'],
  ['b1', 'b'],
  ['c', 'root'],
  ['b2', 'b'],
  ['deep1', 'b1'],
  ['deep2', 'deep1'],
  ['deep3', 'deep2'],
] as const;
const WHOLE = ['root', 'a', 'b', 'b1', 'deep1', 'deep2', 'deep3', 'b2', 'c'];

beforeAll(async () => {
  app = await TestApp.start();
  story = await GoalStory.begin(app, 'Editor');
  for (const [name, parent] of PARENTS)
    ids[name] = (await story.goal({ name, ...(parent && { parent_goal_id: ids[parent] }) })).id;
});
afterAll(() => app.stop());

const tree = (name: string, query = ''): Promise<Page<TreeGoalView>> => story.page(`/goals/${ids[name]!}/tree${query}`);
const names = ({ items }: Page<TreeGoalView>): string[] => items.map(({ name }) => name);

const byCursor = async (name: string, limit: number, depth: number): Promise<string[]> => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<TreeGoalView> = await tree(name, `?limit=${limit}&depth=${depth}${cursor && `&cursor=${cursor}`}`);
    expect(page).toMatchObject({ total: null, offset: 0, limit });
    seen.push(...names(page));
    cursor = page.next_cursor;
  }
  return seen;
};

describe('The tree of a goal', () => {
  it('goes depth first, siblings as they were made, three levels unless told otherwise', async () => {
    const page = await tree('root');
    expect(page.items.map(({ name, depth, children_count }) => [name, depth, children_count])).toEqual([
      ['root', 1, 3],
      ['a', 2, 0],
      ['b', 2, 2],
      ['b1', 3, 1],
      ['b2', 3, 0],
      ['c', 2, 0],
    ]);
    expect(page).toMatchObject({ total: null, offset: 0, limit: 50, next_cursor: null });
  });

  it('shows every goal as it is read alone, with the goal it hangs below', async () => {
    const { items } = await tree('root', '?depth=10');
    for (const { depth, children_count, ...goal } of items) {
      expect([depth, children_count]).toEqual([expect.any(Number), expect.any(Number)]);
      expect(goal).toEqual(await story.read(goal.id));
    }
    expect(items.find(({ name }) => name === 'b1')).toMatchObject({ parent_goal_id: ids.b });
  });

  it('has as many levels as asked for', async () => {
    expect(names(await tree('root', '?depth=1'))).toEqual(['root']);
    expect(names(await tree('root', '?depth=2'))).toEqual(['root', 'a', 'b', 'c']);
    expect(names(await tree('root', '?depth=10'))).toEqual(WHOLE);
  });

  it('counts levels from the goal that is named', async () => {
    const page = await tree('b', '?depth=2');
    expect(page.items.map(({ name, depth }) => [name, depth])).toEqual([
      ['b', 1],
      ['b1', 2],
      ['b2', 2],
    ]);
  });

  it('is the same whatever the size of its pages', async () => {
    for (const depth of [1, 2, 3, 10]) {
      const whole = names(await tree('root', `?depth=${String(depth)}`));
      for (const limit of [1, 2, 3, 200]) expect(await byCursor('root', limit, depth)).toEqual(whole);
    }
    expect(await byCursor('b', 2, 3)).toEqual(['b', 'b1', 'deep1', 'b2']);
  });

  it('is read on after the goal has been moved', async () => {
    const { next_cursor: cursor } = await tree('b', '?limit=2');
    const move = (parent: string | null) =>
      story.ask('PATCH', `/goals/${ids.b!}`, { parent_goal_id: parent }, { version });
    let { version } = await story.read(ids.b!);
    expect((await move(ids.a!)).status).toBe(200);
    expect(names(await tree('b', `?cursor=${String(cursor)}`))).toEqual(['deep1', 'b2']);
    ({ version } = await story.read(ids.b!));
    expect((await move(ids.root!)).status).toBe(200);
  });

  it('does not show what is deleted, nor count it', async () => {
    const gone = await story.goal({ name: 'gone', parent_goal_id: ids.a });
    await story.goal({ name: 'gone too', parent_goal_id: gone.id });
    await story.discard(gone.id);
    expect((await tree('a')).items).toMatchObject([{ name: 'a', children_count: 0 }]);
    await story.must(404, 'GET', `/goals/${gone.id}/tree`);
  });

  it('takes a cursor of its own goal and depth only', async () => {
    const { next_cursor: cursor } = await tree('root', '?limit=1');
    const encoded = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
    const refused = [
      `/goals/${ids.b!}/tree?cursor=${String(cursor)}`,
      `/goals/${ids.root!}/tree?depth=2&cursor=${String(cursor)}`,
      ...[
        encoded('GoalTree:3', `${ids.root!}/x/`),
        encoded('GoalTree:3', ids.root!),
        encoded('GoalTree:3', `${ids.root!}/`.repeat(4)),
        encoded('GoalTree:3', `${ids.root!}/`.toUpperCase()),
        encoded('GoalTree:3', 7),
        encoded('GoalTree:3'),
        encoded('Goal:-created_at', `${ids.root!}/`),
        'x',
        '',
      ].map((forged) => `/goals/${ids.root!}/tree?cursor=${forged}`),
    ];
    for (const path of refused) {
      const { status, body } = await story.ask('GET', path);
      expect({ path, status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ pointer: '?cursor' }] });
    }
  });

  it('names every faulty parameter at once', async () => {
    const { status, body } = await story.ask('GET', `/goals/${ids.root!}/tree?depth=11&limit=0&offset=1&cursor=x`);
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect([status, pointers.sort()]).toEqual([422, ['?cursor', '?depth', '?limit', '?offset']]);
  });
});
