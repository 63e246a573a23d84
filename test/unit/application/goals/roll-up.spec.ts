import { v7 } from 'uuid';
import { Goal, type GoalState } from '#domain/goals/goal';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import type { GoalContributors, TaskOfGoal } from '#application/goals/contract';
import type { GoalTree } from '#application/goals/ports/goal-tree';
import { RollUp } from '#application/goals/roll-up';
import { InMemoryProgress } from '../../../support/fakes/in-memory-progress';
import { InMemoryRows } from '../../../support/fakes/in-memory-rows';
import { StandingClock } from '../../../support/fakes/tools';
import { expectOk } from '../../../support/results';

const TENANT = v7();
const clock = new StandingClock();
let rows: InMemoryRows<GoalState>;
let progress: InMemoryProgress;
let contributors: GoalContributors;
let done: string[];
let rollUp: RollUp;

beforeEach(() => {
  rows = new InMemoryRows(clock, () => null);
  progress = new InMemoryProgress(rows, v7);
  done = [];
  const tree = { share: async () => void done.push('shared') } as unknown as GoalTree;
  const hold = progress.hold.bind(progress);
  progress.hold = (tenantId, ids) => {
    done.push('held');
    return hold(tenantId, ids);
  };
  contributors = { tasksOf: jest.fn(async () => [] as TaskOfGoal[]) };
  rollUp = new RollUp(tree, progress, contributors, clock);
});

const stateOf = (id: string): GoalState => rows.all.find((row) => row.id === id)!;

const goal = async (parentId: string | null, more: Partial<GoalState> = {}): Promise<string> => {
  const parent = parentId === null ? null : new Goal(stateOf(parentId), null);
  const id = v7();
  const fields = { ...USUAL_FIELDS, name: id, goalType: 'strategic', ownerId: null, progressSource: 'children' };
  const given = { id, tenantId: TENANT, by: null, status: 'active', fields: fields as GoalFields } as const;
  expectOk(await rows.save(expectOk(Goal.create(given, parent, clock.now())), () => undefined));
  rows.put({ ...stateOf(id), ...more });
  return id;
};

const report = (goalId: string, percentage: number) => {
  const at = { effectiveAt: clock.now(), recordedAt: clock.now(), recordedBy: null };
  const entry = {
    id: v7(),
    tenantId: TENANT,
    goalId,
    progress: percentage * 10_000,
    notes: 'reported',
    corrects: null,
  };
  progress.entries.push({ ...entry, ...at, origin: 'reported' });
};

describe('Roll-up', () => {
  it('carries what was reported on a leaf up to its root', async () => {
    const root = await goal(null);
    const mid = await goal(root);
    const leaf = await goal(mid, { progressSource: 'manual', progress: 0 });
    await goal(mid, { progressSource: 'manual', progress: 0 });
    report(leaf, 80);
    await rollUp.along(TENANT, [leaf]);
    expect([leaf, mid, root].map((id) => stateOf(id).progress)).toEqual([800_000, 400_000, 400_000]);
    expect(stateOf(leaf)).toMatchObject({ progressNotes: 'reported', lastProgressUpdate: clock.now(), version: 1 });
    expect(rows.told.filter(({ type }) => type === 'goal.progressed').map(({ goalId }) => goalId)).toEqual([
      leaf,
      mid,
      root,
    ]);
    expect(progress.entries.filter(({ origin }) => origin === 'rolled_up').map(({ goalId }) => goalId)).toEqual([
      mid,
      root,
    ]);
  });

  it('works out what is above a goal that was deleted', async () => {
    const root = await goal(null, { progress: 500_000 });
    const gone = await goal(root, { deletedAt: clock.now(), deletionId: v7() });
    await rollUp.along(TENANT, [gone]);
    expect(stateOf(root).progress).toBeNull();
  });

  it('takes the latest entry of a goal that has become manual, and 0 when it has none', async () => {
    const [rolled, fresh] = [await goal(null), await goal(null)];
    await goal(rolled, { progressSource: 'manual', progress: 300_000 });
    await rollUp.along(TENANT, [rolled, fresh]);
    for (const id of [rolled, fresh]) rows.put({ ...stateOf(id), progressSource: 'manual' });
    await rollUp.along(TENANT, [rolled, fresh]);
    expect([rolled, fresh].map((id) => stateOf(id).progress)).toEqual([300_000, 0]);
  });

  it('keeps a closed goal in step too', async () => {
    const root = await goal(null);
    const leaf = await goal(root, { progressSource: 'manual', progress: 250_000 });
    rows.put({ ...stateOf(root), status: 'missed', completionDate: clock.now() });
    report(leaf, 25);
    await rollUp.along(TENANT, [leaf]);
    expect(stateOf(root).progress).toBe(250_000);
  });

  it('writes and tells nothing when nothing has changed, or nothing is there', async () => {
    const root = await goal(null);
    const told = rows.told.length;
    await rollUp.along(TENANT, [root]);
    await rollUp.along(TENANT, [v7()]);
    expect([rows.told.length, progress.entries]).toEqual([told, []]);
  });

  it('takes the tasks of goals on the way, all at once, and asks for none where none count', async () => {
    const root = await goal(null, { progressSource: 'weighted_mix' });
    const mid = await goal(root, { progressSource: 'tasks' });
    const leaf = await goal(mid, { progressSource: 'children' });
    const task = { id: v7(), name: 'A task', estimatedHours: null, hasSubtasks: false } as const;
    jest.mocked(contributors.tasksOf).mockResolvedValue([
      { ...task, goalId: mid, status: 'in_progress', percentComplete: 40 },
      { ...task, goalId: root, status: 'completed', percentComplete: 100 },
    ]);
    await rollUp.along(TENANT, [leaf]);
    expect(contributors.tasksOf).toHaveBeenCalledTimes(1);
    expect(contributors.tasksOf).toHaveBeenCalledWith(TENANT, [root, mid]);
    expect([leaf, mid, root].map((id) => stateOf(id).progress)).toEqual([null, 400_000, 700_000]);
    await rollUp.along(TENANT, [await goal(null)]);
    expect(contributors.tasksOf).toHaveBeenCalledTimes(1);
  });

  it('of no goal looks at nothing', async () => {
    await rollUp.along(TENANT, []);
    expect(done).toEqual([]);
  });

  it('shares the tree before it holds a goal', async () => {
    await rollUp.hold(TENANT, [await goal(null)]);
    expect(done).toEqual(['shared', 'held']);
  });
});
