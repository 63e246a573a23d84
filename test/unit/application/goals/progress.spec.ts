import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { ProgressReport } from '#domain/goals/progress-history';
import { ReportProgress, ReportProgressHandler } from '#application/goals/commands/report-progress';
import { ExplainProgress, ExplainProgressHandler } from '#application/goals/queries/explain-progress';
import { GetProgressEntry, GetProgressEntryHandler } from '#application/goals/queries/get-progress-entry';
import { GetProgressSeries, GetProgressSeriesHandler } from '#application/goals/queries/get-progress-series';
import { ListProgress, ListProgressHandler } from '#application/goals/queries/list-progress';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { World } from './world';

const HOUR = 3_600_000;
const PAGE = pageRequest({ by: 'effective_at' });
let world: World;

beforeEach(() => {
  world = new World();
});

const report = (goalId: string, percentage: number, more: Partial<ProgressReport> = {}, actor = world.admin) => {
  const { rollUp, progress, history, goals, clock, ids } = world;
  const handler = new ReportProgressHandler(rollUp, progress, history, goals, clock, ids);
  const given = { progress: percentage * 10_000, notes: null, effectiveAt: null, corrects: null, ...more };
  return handler.execute(new ReportProgress(actor, goalId, given));
};
const explain = (goalId: string, actor = world.admin) =>
  new ExplainProgressHandler(world.goals, world.progress, world.tasks, world.history).execute(
    new ExplainProgress(actor, goalId),
  );
const list = (goalId: string, range = {}, actor = world.admin) =>
  new ListProgressHandler(world.goals, world.history).execute(new ListProgress(actor, goalId, PAGE, range));
const entry = (goalId: string, id: string, actor = world.admin) =>
  new GetProgressEntryHandler(world.goals, world.history).execute(new GetProgressEntry(actor, goalId, id));
const series = (goalId: string, range = {}, actor = world.admin) =>
  new GetProgressSeriesHandler(world.goals, world.history, world.clock).execute(
    new GetProgressSeries(actor, goalId, 'day', range),
  );

describe('Reporting progress', () => {
  it('answers the entry and the goal as it is then, and moves what is above', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const leaf = await world.goal({ parentGoalId: root });
    const said = expectOk(await report(leaf, 42.5, { notes: 'so far' }));
    expect(said).toMatchObject({
      ...{ goal_id: leaf, percentage: 43, origin: 'reported', notes: 'so far', recorded_by: world.userId },
      ...{ corrects: null, superseded_by: null, effective_at: world.clock.now().toISOString() },
      goal: { id: leaf, progress_percentage: 43, progress_notes: 'so far', version: 1 },
    });
    expect(await world.goals.goal(world.tenantId, root)).toMatchObject({ progress: 425_000 });
    expect(world.progress.audited).toMatchObject([{ progress_percentage: { old: 0, new: 42.5 } }]);
  });

  it('leaves last_progress_update of a goal not empty', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const leaf = await world.goal({ parentGoalId: root });
    const said = expectOk(await report(leaf, 10));
    expect(said.goal.last_progress_update).toBe(world.clock.now().toISOString());
    const above = await world.goals.goal(world.tenantId, root);
    expect(above?.last_progress_update).toBe(world.clock.now().toISOString());
  });

  it('holds the goals from the root down before it writes', async () => {
    const root = await world.goal();
    const leaf = await world.goal({ parentGoalId: root });
    world.progress.held.length = 0;
    expectOk(await report(leaf, 10));
    expect(world.progress.held).toEqual([
      [root, leaf],
      [root, leaf],
    ]);
  });

  it('enters an older report into the history alone', async () => {
    const goal = await world.goal();
    expectOk(await report(goal, 50));
    const older = expectOk(
      await report(goal, 20, { effectiveAt: new Date(world.clock.now().getTime() - HOUR), notes: 'then' }),
    );
    expect(older).toMatchObject({ percentage: 20, goal: { progress_percentage: 50, progress_notes: null } });
    expect(world.told.filter((type) => type === 'goal.progressed')).toHaveLength(1);
  });

  it('corrects an entry, and its correction', async () => {
    const goal = await world.goal();
    const wrong = expectOk(await report(goal, 80));
    world.clock.forward(HOUR);
    const better = expectOk(await report(goal, 30, { corrects: wrong.id }));
    expect(better).toMatchObject({ effective_at: wrong.effective_at, goal: { progress_percentage: 30 } });
    const best = expectOk(await report(goal, 35, { corrects: better.id }));
    expect(best.goal.progress_percentage).toBe(35);
    expect(expectOk(await entry(goal, wrong.id)).superseded_by).toBe(better.id);
    expect(await report(goal, 1, { corrects: wrong.id })).toMatchObject({
      error: { code: 'goal_progress.already-corrected' },
    });
    expect(await report(goal, 1, { corrects: randomUUID() })).toMatchObject({ error: { kind: 'invalid' } });
  });

  it('is refused without the permission, for a goal nobody has, and for one that rolls up', async () => {
    const goal = await world.goal({ progressSource: 'children' });
    expect(await report(goal, 1, {}, world.as('Viewer'))).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await report(goal, 1, {}, world.stranger)).toMatchObject({ error: { code: 'goal.not-found' } });
    expect(await report(goal, 1)).toMatchObject({ error: { code: 'goal.progress-not-manual' } });
  });
});

describe('The history of a goal', () => {
  it('is listed, read and made a series of, by whoever may read the goal', async () => {
    const goal = await world.goal();
    const said = expectOk(await report(goal, 50));
    expect(expectOk(await list(goal))).toMatchObject({ total: 1, items: [{ id: said.id, percentage: 50 }] });
    expect(expectOk(await entry(goal, said.id))).toMatchObject({ id: said.id });
    const shown = expectOk(await series(goal));
    expect(shown).toMatchObject({ bucket: 'day' });
    expect(shown.items).toHaveLength(30);
    expect(shown.items.slice(-2)).toMatchObject([
      { percentage: null, entries: 0 },
      { percentage: 50, entries: 1 },
    ]);
  });

  it('refuses a range that ends before it begins', async () => {
    const goal = await world.goal();
    const range = { from: new Date(1), to: new Date(0) };
    expect(await list(goal, range)).toMatchObject({ error: { kind: 'invalid' } });
    expect(await series(goal, range)).toMatchObject({ error: { kind: 'invalid' } });
  });

  it('is of a goal that is there, and an entry of that goal', async () => {
    const { stranger } = world;
    const [goal, other] = [await world.goal(), await world.goal()];
    const { id } = expectOk(await report(goal, 50));
    for (const answer of [
      await list(goal, {}, stranger),
      await entry(goal, id, stranger),
      await series(goal, {}, stranger),
      await explain(goal, stranger),
    ])
      expect(answer).toMatchObject({ error: { code: 'goal.not-found' } });
    expect(await entry(other, id)).toMatchObject({ error: { code: 'goal_progress.not-found' } });
  });

  it('is shown to nobody without the permission', async () => {
    const goal = await world.goal();
    const nobody = Actor.system([world.tenantId]);
    for (const answer of [
      await list(goal, {}, nobody),
      await entry(goal, goal, nobody),
      await series(goal, {}, nobody),
      await explain(goal, nobody),
    ])
      expect(answer).toMatchObject({ error: { kind: 'forbidden' } });
  });
});

describe('The explanation of progress', () => {
  it('names contributors with their shares, and what is left out', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const heavy = await world.goal({ parentGoalId: root, weight: 3 });
    const light = await world.goal({ parentGoalId: root });
    const draft = await world.goal({ parentGoalId: root, draft: true });
    expectOk(await report(heavy, 50));
    const told = expectOk(await explain(root));
    expect(told).toMatchObject({ goal_id: root, source: 'children', percentage: 38, current_entry: null });
    expect(new Set(told.contributors)).toEqual(
      new Set([
        { kind: 'goal', id: heavy, name: expect.any(String) as string, weight: 3, share: 75, percentage: 50 },
        { kind: 'goal', id: light, name: expect.any(String) as string, weight: 1, share: 25, percentage: 0 },
      ]),
    );
    expect(told.left_out).toMatchObject([{ kind: 'goal', id: draft, reason: 'draft' }]);
  });

  it('shows the current entry of a manual goal, and that its children do not count', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    expect(expectOk(await explain(root))).toMatchObject({ percentage: 0, current_entry: null });
    const { id } = expectOk(await report(root, 12));
    expect(expectOk(await explain(root))).toMatchObject({
      ...{ source: 'manual', percentage: 12, current_entry: { id, percentage: 12 }, contributors: [] },
      left_out: [{ id: child, reason: 'not_in_source' }],
    });
  });

  it('knows no percentage and no shares where nothing weighs anything', async () => {
    const root = await world.goal({ progressSource: 'children' });
    expect(expectOk(await explain(root))).toMatchObject({ percentage: null, contributors: [] });
    await world.goal({ parentGoalId: root, weight: 0 });
    expect(expectOk(await explain(root))).toMatchObject({ percentage: null, contributors: [{ share: null }] });
  });
});
