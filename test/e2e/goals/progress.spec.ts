import { randomUUID } from 'node:crypto';
import type { GoalView } from '#application/goals/views';
import { TestApp, type Answer } from '../../support/app';
import { GoalStory } from '../../support/goal-story';
import { codeOf } from '../../support/story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
});

interface Entry {
  readonly id: string;
  readonly percentage: number | null;
  readonly origin: string;
  readonly effective_at: string;
  readonly recorded_by: string | null;
  readonly corrects: string | null;
  readonly superseded_by: string | null;
}
type Reported = Entry & { readonly goal: GoalView };

const goal = async (parent: string | null, more: object = {}): Promise<string> => {
  const { id } = await story.goal({ goal_type: 'strategic', parent_goal_id: parent, ...more });
  return id;
};
const read = (id: string): Promise<GoalView> => story.read(id);
const shownOf = (...ids: string[]) => Promise.all(ids.map(async (id) => (await read(id)).progress_percentage));
const report = (id: string, percentage: number, more: object = {}): Promise<Reported> =>
  story.must<Reported>(201, 'POST', `/goals/${id}/progress`, { percentage, ...more });
const refused = async (id: string, body: object): Promise<Answer> => story.ask('POST', `/goals/${id}/progress`, body);
const history = async (id: string, query = ''): Promise<Entry[]> =>
  (await story.must<{ items: Entry[] }>(200, 'GET', `/goals/${id}/progress${query}`)).items;

const KEYS = [
  ...['corrects', 'effective_at', 'goal_id', 'id', 'notes', 'origin', 'percentage', 'recorded_at', 'recorded_by'],
  'superseded_by',
];

describe('Progress in a tree of three levels with mixed sources', () => {
  it('moves the root within the answer to a report on a leaf', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const mid = await goal(root, { progress_source: 'weighted_mix', weight: 3 });
    const manual = await goal(root);
    const [leaf, other] = [await goal(mid, { weight: 2 }), await goal(mid)];
    const said = await report(leaf, 60, { notes: 'two of three' });
    expect(said.goal).toMatchObject({ id: leaf, progress_percentage: 60, progress_notes: 'two of three', version: 1 });
    // (2 × 60 + 1 × 0) / 3 = 40; (3 × 40 + 1 × 0) / 4 = 30
    expect(await shownOf(root, mid, manual, other)).toEqual([30, 40, 0, 0]);
    await report(manual, 100);
    expect(await shownOf(root)).toEqual([55]);
    expect((await read(root)).version).toBe(1);
    const told = (await story.told({ type: 'goal.progressed' })).slice(-5);
    expect(told.map(({ details }) => details.changes)).toEqual(
      [
        { old: 0, new: 60 },
        { old: 0, new: 40 },
        { old: 0, new: 30 },
        { old: 0, new: 100 },
        { old: 30, new: 55 },
      ].map((progress_percentage) => ({ progress_percentage })),
    );
    expect(told[0]?.details).toMatchObject({ name: 'A goal', goal_type: 'strategic', priority: 'medium' });
  });

  it('is weighed, not a sum of raw values', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const [one, two] = [await goal(root), await goal(root)];
    await report(one, 80);
    await report(two, 90);
    expect(await shownOf(root)).toEqual([85]);
  });

  it('is nothing where nothing contributes: 0/0 is not 100 %', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const tasks = await goal(root, { progress_source: 'tasks' });
    const weightless = await goal(null, { progress_source: 'children' });
    await report(await goal(weightless, { weight: 0 }), 100);
    expect(await shownOf(root, tasks, weightless)).toEqual([null, null, null]);
  });

  it('that becomes nothing is entered as nothing, which stands until something is said', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const leaf = await goal(root);
    await report(leaf, 40);
    await story.must(204, 'DELETE', `/goals/${leaf}`, undefined, { version: 1 });
    expect(await shownOf(root)).toEqual([null]);
    const series = `/goals/${root}/progress?bucket=day`;
    expect((await story.page<{ percentage: number | null }>(series)).items.at(-1)?.percentage).toBeNull();
    const { items } = await story.page(`/goals/${root}/progress`);
    expect(items).toMatchObject([
      { percentage: null, origin: 'rolled_up' },
      { percentage: 40, origin: 'rolled_up' },
      { percentage: 0, origin: 'rolled_up' },
    ]);
    await story.must(200, 'PATCH', `/goals/${root}`, { progress_source: 'manual' }, { version: 1 });
    expect(await shownOf(root)).toEqual([null]);
    const explained = await story.must(200, 'GET', `/goals/${root}/progress/explain`);
    expect(explained).toMatchObject({ percentage: null, current_entry: { percentage: null } });
    await report(root, 10);
    expect(await shownOf(root)).toEqual([10]);
  });

  it('leaves last_progress_update empty neither of the goal reported on nor of those above', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const leaf = await goal(root);
    expect((await read(leaf)).last_progress_update).toBeNull();
    const said = await report(leaf, 20);
    expect(said.goal.last_progress_update).toBe(said.effective_at);
    expect((await read(root)).last_progress_update).not.toBeNull();
  });

  it('is rounded half up, and 100 only when it is 100', async () => {
    const leaf = await goal(null);
    const shown = [];
    for (const percentage of [0.4999, 0.5, 42.5, 99.4999, 99.9999, 100])
      shown.push((await report(leaf, percentage)).percentage);
    expect(shown).toEqual([0, 1, 43, 99, 99, 100]);
  });

  it('follows a change of source, both ways', async () => {
    const root = await goal(null);
    await report(root, 70, { notes: 'by hand' });
    await report(await goal(root), 20);
    const patch = async (progress_source: string) => {
      const { version } = await read(root);
      return story.must(200, 'PATCH', `/goals/${root}`, { progress_source }, { version });
    };
    expect(await patch('children')).toMatchObject({ progress_percentage: 20, progress_notes: null });
    expect(await patch('tasks')).toMatchObject({ progress_percentage: null });
    expect(await patch('manual')).toMatchObject({ progress_percentage: null });
    await report(root, 25);
    expect(await patch('children')).toMatchObject({ progress_percentage: 20 });
  });
});

describe('A report', () => {
  it('answers the entry in full, and where it can be read', async () => {
    const leaf = await goal(null);
    const answer = await story.ask<Reported>('POST', `/goals/${leaf}/progress`, { percentage: 12.3456 });
    expect(answer.status).toBe(201);
    const { goal: after, ...entry } = answer.body;
    expect(Object.keys(entry).sort()).toEqual(KEYS);
    expect(entry).toMatchObject({ percentage: 12, origin: 'reported', recorded_by: story.tenant.userId });
    expect(after).toMatchObject({ id: leaf, progress_percentage: 12 });
    expect((await story.ask('GET', `/${String(answer.headers.location)}`)).body).toEqual(entry);
    const [audited] = await app.rows<{ changes: unknown; actor_id: string }>(
      `SELECT changes, actor_id FROM audit_log WHERE tenant_id = $1 AND action = 'goal.progressed'`,
      [story.tenant.id],
    );
    expect(audited).toMatchObject({
      actor_id: story.tenant.userId,
      changes: { progress_percentage: { old: 0, new: 12.3456 }, reported: { new: { id: entry.id } } },
    });
  });

  it('of an earlier time enters the history only', async () => {
    const leaf = await goal(null);
    await report(leaf, 50, { effective_at: '2026-01-20T00:00:00Z' });
    const older = await report(leaf, 30, { effective_at: '2026-01-10T00:00:00Z' });
    expect(older.goal).toMatchObject({ progress_percentage: 50, last_progress_update: '2026-01-20T00:00:00.000Z' });
    const newer = await report(leaf, 40, { effective_at: '2026-01-20T00:00:00Z' });
    expect(newer.goal.progress_percentage).toBe(40);
    expect((await history(leaf)).map(({ percentage }) => percentage)).toEqual([40, 50, 30]);
  });

  it('takes the place of what it corrects, which stays in the history', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const leaf = await goal(root);
    const first = await report(leaf, 20, { effective_at: '2026-01-10T00:00:00Z' });
    const wrong = await report(leaf, 90, { effective_at: '2026-01-20T00:00:00Z' });
    const better = await report(leaf, 40, { corrects: wrong.id });
    expect(better).toMatchObject({
      effective_at: wrong.effective_at,
      corrects: wrong.id,
      goal: { progress_percentage: 40 },
    });
    expect(await shownOf(root)).toEqual([40]);
    expect(codeOf(await refused(leaf, { percentage: 1, corrects: wrong.id }))).toBe(
      '409 goal_progress.already-corrected',
    );
    const best = await report(leaf, 45, { corrects: better.id });
    // Moved behind the first one, it is the current one no more.
    const moved = await report(leaf, 45, { corrects: best.id, effective_at: '2026-01-05T00:00:00Z' });
    expect(moved.goal).toMatchObject({ progress_percentage: 20, last_progress_update: first.effective_at });
    expect(await shownOf(root)).toEqual([20]);
    const chain = (await history(leaf)).map(({ id, superseded_by }) => [id, superseded_by]);
    expect(new Map(chain as [string, string | null][])).toEqual(
      new Map([
        [first.id, null],
        [wrong.id, better.id],
        [better.id, best.id],
        [best.id, moved.id],
        [moved.id, null],
      ]),
    );
  });

  it('is refused for a time ahead, an entry of elsewhere and a percentage that is none, each named', async () => {
    const [leaf, other] = [await goal(null), await goal(null)];
    const foreign = (await report(other, 10)).id;
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    const faulty = await refused(leaf, { percentage: 1, effective_at: ahead, corrects: foreign });
    expect(faulty).toMatchObject({
      status: 422,
      body: {
        errors: [
          { pointer: '/effective_at', code: 'in-the-future' },
          { pointer: '/corrects', code: 'unknown' },
        ],
      },
    });
    expect((await refused(leaf, { percentage: 1, corrects: randomUUID() })).status).toBe(422);
    for (const percentage of [-0.1, 100.0001, 1.00001, '5', null])
      expect(await refused(leaf, { percentage })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/percentage' }] },
      });
    expect(await history(leaf)).toEqual([]);
  });

  it('is refused on a goal that is closed or rolls up, saying what to do', async () => {
    const root = await goal(null, { progress_source: 'children' });
    const leaf = await goal(root);
    await report(leaf, 10);
    expect((await history(root))[0]).toMatchObject({ origin: 'rolled_up', percentage: 10 });
    expect(codeOf(await refused(root, { percentage: 1 }))).toBe('409 goal.progress-not-manual');
    await story.must(200, 'POST', `/goals/${leaf}/transitions`, { to: 'achieved' });
    expect(codeOf(await refused(leaf, { percentage: 1 }))).toBe('409 goal.not-open');
    expect(await shownOf(root, leaf)).toEqual([100, 10]);
  });

  it('is made once under one Idempotency-Key', async () => {
    const leaf = await goal(null);
    const again = { headers: { 'idempotency-key': 'once' } };
    const ask = () => story.must<Reported>(201, 'POST', `/goals/${leaf}/progress`, { percentage: 5 }, again);
    const [one, two] = [await ask(), await ask()];
    expect(two).toEqual(one);
    expect(await history(leaf)).toHaveLength(1);
  });
});

describe('The history of a goal', () => {
  it('is newest first, and bounded by the time at which entries hold', async () => {
    const leaf = await goal(null);
    for (const day of [3, 1, 2]) await report(leaf, day, { effective_at: `2026-01-0${String(day)}T12:00:00Z` });
    expect((await history(leaf)).map(({ percentage }) => percentage)).toEqual([3, 2, 1]);
    const bounded = '?from=2026-01-01T12:00:00Z&to=2026-01-02T12:00:00Z&sort=effective_at';
    expect((await history(leaf, bounded)).map(({ percentage }) => percentage)).toEqual([1, 2]);
    expect(
      (await story.ask('GET', `/goals/${leaf}/progress?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z`)).status,
    ).toBe(422);
  });

  it('comes as a series by day, week and month, with what stood at the end of each', async () => {
    const leaf = await goal(null);
    await report(leaf, 10, { effective_at: '2026-01-06T01:00:00Z' });
    const wrong = await report(leaf, 99, { effective_at: '2026-01-06T20:00:00Z' });
    await report(leaf, 20, { corrects: wrong.id });
    await report(leaf, 40, { effective_at: '2026-01-08T23:59:59.999Z' });
    await report(leaf, 50, { effective_at: '2026-02-01T00:00:00Z' });
    const series = (query: string) => story.must(200, 'GET', `/goals/${leaf}/progress?${query}`);
    const at = (from: string, percentage: number | null, entries: number) => ({
      ...{ from: `${from}T00:00:00.000Z`, percentage, entries },
    });
    expect(await series('bucket=day&from=2026-01-05T12:00:00Z&to=2026-01-09T00:00:00Z')).toEqual({
      bucket: 'day',
      items: [
        at('2026-01-05', null, 0),
        at('2026-01-06', 20, 2),
        at('2026-01-07', 20, 0),
        at('2026-01-08', 40, 1),
        at('2026-01-09', 40, 0),
      ],
    });
    expect(await series('bucket=week&from=2026-01-01T00:00:00Z&to=2026-01-12T00:00:00Z')).toMatchObject({
      items: [at('2025-12-29', null, 0), at('2026-01-05', 40, 3), at('2026-01-12', 40, 0)],
    });
    expect(await series('bucket=month&from=2026-01-01T00:00:00Z&to=2026-02-10T00:00:00Z')).toMatchObject({
      items: [at('2026-01-01', 40, 3), at('2026-02-01', 50, 1)],
    });
    expect((await series('bucket=day')).items).toHaveLength(30);
    expect(await story.ask('GET', `/goals/${leaf}/progress?bucket=day&from=2020-01-01T00:00:00Z`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?from' }] },
    });
  });

  it('answers 404 of goals and entries that are not there', async () => {
    const [leaf, other] = [await goal(null), await goal(null)];
    const { id } = await report(other, 1);
    for (const path of [`${randomUUID()}/progress`, `${randomUUID()}/progress?bucket=day`, `${leaf}/progress/${id}`])
      expect((await story.ask('GET', `/goals/${path}`)).status).toBe(404);
    expect(codeOf(await refused(randomUUID(), { percentage: 1 }))).toBe('404 goal.not-found');
  });
});

describe('The explanation of progress', () => {
  it('names every contributor, its weight and share, and why others are left out', async () => {
    const root = await goal(null, { progress_source: 'weighted_mix' });
    const heavy = await goal(root, { name: 'B', weight: 2.5 });
    const light = await goal(root, { name: 'A' });
    const draft = await goal(root, { name: 'C', status: 'draft' });
    const empty = await goal(root, { name: 'D', progress_source: 'children' });
    const gone = await goal(root, { name: 'E' });
    await story.must(200, 'POST', `/goals/${gone}/transitions`, { to: 'abandoned', reason: 'not now' });
    await report(heavy, 50);
    expect((await story.ask('GET', `/goals/${root}/progress/explain`)).body).toEqual({
      ...{ goal_id: root, source: 'weighted_mix', percentage: 36, current_entry: null },
      contributors: [
        { kind: 'goal', id: light, name: 'A', weight: 1, share: 28.5714, percentage: 0 },
        { kind: 'goal', id: heavy, name: 'B', weight: 2.5, share: 71.4286, percentage: 50 },
      ],
      left_out: [
        { kind: 'goal', id: draft, name: 'C', reason: 'draft' },
        { kind: 'goal', id: empty, name: 'D', reason: 'no_progress' },
        { kind: 'goal', id: gone, name: 'E', reason: 'abandoned' },
      ],
    });
    const said = await report(light, 7);
    const { body } = await story.ask<{ current_entry: Entry }>('GET', `/goals/${light}/progress/explain`);
    expect(body).toMatchObject({ source: 'manual', percentage: 7, contributors: [], left_out: [] });
    expect(body.current_entry.id).toBe(said.id);
  });
});
