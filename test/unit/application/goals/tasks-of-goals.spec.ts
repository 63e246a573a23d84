import { randomUUID } from 'node:crypto';
import { FindGoalStanding, ListGoalsGoneOffTrack, RollUpGoals } from '#application/goals/contract';
import { RollUpGoalsHandler } from '#application/goals/commands/roll-up-goals';
import { ExplainProgress, ExplainProgressHandler } from '#application/goals/queries/explain-progress';
import { FindGoalStandingHandler } from '#application/goals/queries/find-goal-standing';
import { ListGoalsGoneOffTrackHandler } from '#application/goals/queries/list-goals-gone-off-track';
import { expectOk } from '../../../support/results';
import { World } from './world';

let world: World;
beforeEach(() => {
  world = new World();
});

const statusesOf = (...ids: string[]) => ids.map((id) => world.tasks.get(id).status);

/** Whether the board was held before the tree was taken. */
const boardFirst = async (work: () => Promise<unknown>): Promise<boolean> => {
  const board = jest.spyOn(world.tasks, 'hold');
  const trees = [jest.spyOn(world.goals, 'share'), jest.spyOn(world.goals, 'hold')];
  await work();
  const first = Math.min(...trees.flatMap(({ mock }) => mock.invocationCallOrder));
  expect(first).toBeLessThan(Infinity);
  return board.mock.invocationCallOrder.some((order) => order < first);
};

describe('The tasks of a goal that ends', () => {
  it('are listed beside the children when they are open and nobody said what becomes of them', async () => {
    const root = await world.goal();
    const [open] = [world.task(root, { title: 'Write', status: 'blocked' }), world.task(root, { status: 'completed' })];
    expect(await world.change(root, 'achieved')).toMatchObject({
      error: {
        code: 'goal.open-children',
        details: { children: [], tasks: [{ id: open, title: 'Write', status: 'blocked' }] },
      },
    });
    const child = await world.goal({ parentGoalId: root });
    expect(await world.change(root, 'missed')).toMatchObject({
      error: { details: { children: [{ id: child }], tasks: [{ id: open }] } },
    });
    expect(world.stateOf(root).status).toBe('active');
    expectOk(await world.change(root, 'missed', 'leave'));
    expect(statusesOf(open)).toEqual(['blocked']);
  });

  it('are completed under one that is achieved, with those of every goal that ends with it', async () => {
    const root = await world.goal({ progressSource: 'weighted_mix' });
    const child = await world.goal({ parentGoalId: root, progressSource: 'tasks' });
    const closed = await world.goal({ parentGoalId: root });
    expectOk(await world.change(closed, 'abandoned'));
    const tasks = [world.task(root), world.task(child), world.task(closed)];
    expectOk(await world.change(root, 'achieved', 'cascade'));
    expect(statusesOf(...tasks)).toEqual(['completed', 'completed', 'todo']);
    expect([root, child].map((id) => world.stateOf(id).progress)).toEqual([1_000_000, 1_000_000]);
    expect(world.tasks.told.map(({ ended_with: id }) => id)).toEqual([root, root]);
  });

  it('are cancelled under one that is missed or abandoned', async () => {
    for (const end of ['missed', 'abandoned'] as const) {
      const root = await world.goal();
      const task = world.task(root);
      expectOk(await world.change(root, end, 'cascade'));
      expect(statusesOf(task)).toEqual(['cancelled']);
    }
  });

  it('are no matter for one that is put on hold, which does not wait for the board', async () => {
    const root = await world.goal();
    world.task(root);
    expectOk(await world.change(root, 'on_hold'));
    expect(world.tasks.held).toEqual([]);
  });

  it('stand still behind the board, before the tree is taken', async () => {
    const root = await world.goal();
    expect(await boardFirst(() => world.change(root, 'achieved'))).toBe(true);
  });
});

describe('The tasks of a goal that is deleted', () => {
  it('are listed, closed ones too, when nobody said what becomes of them', async () => {
    const root = await world.goal();
    const task = world.task(root, { status: 'cancelled' });
    expect(await world.remove(root)).toMatchObject({
      error: { code: 'goal.live-children', details: { children: [], tasks: [{ id: task }] } },
    });
  });

  it('go with the whole subtree, and come back with it', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root, progressSource: 'tasks' });
    const tasks = [world.task(root), world.task(child, { percentComplete: 40 })];
    const before = world.task(child, { deletionId: randomUUID() });
    expectOk(await world.remove(root, 'cascade'));
    const { deletionId } = world.stateOf(root);
    expect(tasks.map((id) => world.tasks.get(id).deletionId)).toEqual([deletionId, deletionId]);
    expectOk(await world.restore(root));
    expect([...tasks, before].map((id) => world.tasks.get(id).deletionId === null)).toEqual([true, true, false]);
    expect(world.stateOf(child).progress).toBe(400_000);
  });

  it('keep no goal when they are left', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    const tasks = [world.task(root), world.task(child)];
    expectOk(await world.remove(root, 'leave'));
    expectOk(await world.restore(root));
    expect(tasks.map((id) => world.tasks.get(id).goalId)).toEqual([null, child]);
  });

  it('move the goals of tasks that they were part of, there and back', async () => {
    const other = await world.goal({ progressSource: 'tasks' });
    const above = world.task(other, { percentComplete: 50 });
    const root = await world.goal();
    world.task(root, { parentTaskId: above });
    await world.rollUp.along(world.tenantId, [other]);
    expect(world.stateOf(other).progress).toBeNull();
    expectOk(await world.remove(root, 'cascade'));
    expect(world.stateOf(other).progress).toBe(500_000);
    expectOk(await world.restore(root));
    expect(world.stateOf(other).progress).toBeNull();
  });

  it('stand still behind the board, before the tree is taken', async () => {
    const root = await world.goal();
    expect(await boardFirst(() => world.remove(root))).toBe(true);
    jest.restoreAllMocks();
    expect(await boardFirst(() => world.restore(root))).toBe(true);
  });
});

describe('The explanation of progress by tasks', () => {
  const explain = async (goalId: string) => {
    const handler = new ExplainProgressHandler(world.goals, world.progress, world.tasks, world.history);
    return expectOk(await handler.execute(new ExplainProgress(world.admin, goalId)));
  };

  it('names those that count with their shares, and why others do not', async () => {
    const goal = await world.goal({ progressSource: 'tasks', taskWeighting: 'estimate' });
    const long = world.task(goal, { title: 'Long', estimatedHours: 3, percentComplete: 50 });
    const short = world.task(goal, { title: 'Short', estimatedHours: 1, status: 'completed' });
    const dropped = world.task(goal, { title: 'Dropped', status: 'cancelled' });
    const split = world.task(goal, { title: 'Split' });
    world.task(null, { parentTaskId: split });
    expect(await explain(goal)).toMatchObject({
      ...{ source: 'tasks', percentage: 63, current_entry: null },
      contributors: [
        { kind: 'task', id: long, name: 'Long', weight: 3, share: 75, percentage: 50 },
        { kind: 'task', id: short, name: 'Short', weight: 1, share: 25, percentage: 100 },
      ],
      left_out: [
        { kind: 'task', id: dropped, reason: 'cancelled' },
        { kind: 'task', id: split, reason: 'has_subtasks' },
      ],
    });
  });

  it('leaves them out where they do not count', async () => {
    const goal = await world.goal();
    const task = world.task(goal);
    expect(await explain(goal)).toMatchObject({ left_out: [{ kind: 'task', id: task, reason: 'not_in_source' }] });
  });
});

describe('What other contexts ask of goals', () => {
  it('works out the goals whose tasks have changed, and all above, for whoever changed those', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const goal = await world.goal({ parentGoalId: root, progressSource: 'tasks' });
    const rolling = new RollUpGoalsHandler(world.goals, world.rollUp);
    world.task(goal, { percentComplete: 30 });
    world.goals.taken.length = 0;
    expectOk(await rolling.execute(new RollUpGoals(world.nobody, [])));
    expect(world.goals.taken).toEqual([]);
    expectOk(await rolling.execute(new RollUpGoals(world.nobody, [goal])));
    expect([goal, root].map((id) => world.stateOf(id).progress)).toEqual([300_000, 300_000]);
    expect(world.goals.taken).toEqual(['share']);
  });

  it('says how a goal stands, and of none that there is none', async () => {
    const finding = new FindGoalStandingHandler(world.goals);
    const find = async (goalId: string, actor = world.nobody) =>
      expectOk(await finding.execute(new FindGoalStanding(actor, goalId)));
    const id = await world.goal({ name: 'Sell' });
    expect(await find(id)).toEqual({ id, name: 'Sell', status: 'active', isOpen: true });
    expectOk(await world.change(id, 'missed'));
    expect(await find(id)).toMatchObject({ status: 'missed', isOpen: false });
    expect(await find(id, world.stranger)).toBeNull();
    expectOk(await world.remove(id, 'refuse', 2));
    expect(await find(id)).toBeNull();
  });

  it('lists what has gone off track to who may read goals', async () => {
    const found = [{ goalId: randomUUID(), name: 'Sell', ownerId: randomUUID() }];
    const watch = { goneOffTrack: jest.fn().mockResolvedValue(found) };
    const listing = new ListGoalsGoneOffTrackHandler(watch);
    const [since, now] = [new Date(0), new Date(1)];
    expect(expectOk(await listing.execute(new ListGoalsGoneOffTrack(world.as('Viewer'), since, now)))).toEqual(found);
    expect(watch.goneOffTrack).toHaveBeenCalledWith(world.tenantId, since, now);
    expect(await listing.execute(new ListGoalsGoneOffTrack(world.nobody, since, now))).toMatchObject({
      error: { kind: 'forbidden' },
    });
  });
});
