import {
  progressedFact,
  rollUpPaths,
  UNREPORTED,
  type ChildOf,
  type PathGoal,
  type TaskOf,
} from '#domain/goals/roll-up-path';

const NOW = new Date('2026-01-26T10:00:00.000Z');
const BEFORE = new Date('2026-01-20T10:00:00.000Z');

const goal = (id: string, path: string, more: Partial<PathGoal> = {}): PathGoal => ({
  ...{ id, path, parentGoalId: null, name: `goal ${id}`, goalType: 'strategic', priority: 'high', status: 'active' },
  ...{
    ownerId: 'owner',
    version: 7,
    progressSource: 'children',
    taskWeighting: 'count',
    progress: null,
    progressNotes: null,
  },
  ...{ lastProgressUpdate: null },
  ...more,
});

const child = (id: string, parentGoalId: string, progress: number | null, weight = 1): ChildOf => ({
  ...{ id, parentGoalId, progress, weight, name: `goal ${id}`, status: 'active' },
});

const task = (id: string, goalId: string, percentComplete: number): TaskOf => ({
  ...{
    id,
    goalId,
    percentComplete,
    name: `task ${id}`,
    status: 'in_progress',
    estimatedHours: null,
    hasSubtasks: false,
  },
});

const roll = (
  goals: PathGoal[],
  children: ChildOf[],
  current = new Map([['leaf', UNREPORTED]]),
  tasks: TaskOf[] = [],
) => rollUpPaths(goals, { children, tasks }, current, NOW);

describe('Rolling up a path', () => {
  it('goes from the deepest up, so that each level sees what the one below has just become', () => {
    const goals = [
      goal('root', 'root/'),
      goal('mid', 'root/mid/'),
      goal('leaf', 'root/mid/leaf/', { progressSource: 'manual' }),
    ];
    const children = [
      child('mid', 'root', null),
      child('side', 'root', 0),
      child('empty', 'root', null),
      child('leaf', 'mid', 0),
      child('twin', 'mid', 1_000_000),
    ];
    const reported = { progress: 500_000, progressNotes: 'half', lastProgressUpdate: BEFORE };
    const changes = roll(goals, children, new Map([['leaf', reported]]));
    expect(changes.map(({ goal: { id }, next, entered }) => [id, next, entered])).toEqual([
      ['leaf', reported, false],
      ['mid', { progress: 750_000, progressNotes: null, lastProgressUpdate: NOW }, true],
      ['root', { progress: 375_000, progressNotes: null, lastProgressUpdate: NOW }, true],
    ]);
  });

  it('takes the tasks of each goal where it counts them, together with what its children have just become', () => {
    const goals = [
      goal('root', 'root/', { progressSource: 'weighted_mix' }),
      goal('mid', 'root/mid/', { progressSource: 'tasks' }),
      goal('side', 'root/side/'),
    ];
    const tasks = [
      task('one', 'mid', 20),
      task('two', 'mid', 60),
      task('three', 'root', 100),
      task('four', 'side', 70),
    ];
    const changes = roll(goals, [child('mid', 'root', null), child('side', 'root', null)], new Map(), tasks);
    expect(changes.map(({ goal: { id }, next }) => [id, next.progress])).toEqual([
      ['mid', 400_000],
      ['root', 700_000],
    ]);
  });

  it('leaves a manual goal alone for which no entry is given, and what is above it', () => {
    const manual = goal('mid', 'root/mid/', { progressSource: 'manual', progress: 200_000, progressNotes: 'so far' });
    const root = goal('root', 'root/', { progress: 200_000 });
    expect(roll([root, manual], [child('mid', 'root', 200_000), child('leaf', 'mid', 900_000)])).toEqual([]);
  });

  it('sets a manual goal without an entry to 0, and never reported on', () => {
    const was = { progressSource: 'manual', progress: 420_000, lastProgressUpdate: BEFORE } as const;
    expect(roll([goal('leaf', 'leaf/', was)], [])).toMatchObject([{ next: UNREPORTED, entered: false }]);
  });

  it('makes nothing of nothing, and enters it once', () => {
    const emptied = goal('root', 'root/', { progress: 300_000 });
    expect(roll([emptied], [])).toMatchObject([{ next: { progress: null, lastProgressUpdate: NOW }, entered: true }]);
    expect(roll([goal('root', 'root/', { progress: null, lastProgressUpdate: BEFORE })], [])).toEqual([]);
  });

  it('drops the notes of a report when a goal begins to roll up, without an entry of what is the same', () => {
    const noted = goal('root', 'root/', { progress: 300_000, progressNotes: 'by hand', lastProgressUpdate: BEFORE });
    expect(roll([noted], [child('leaf', 'root', 300_000)])).toMatchObject([
      { next: { progress: 300_000, progressNotes: null, lastProgressUpdate: BEFORE }, entered: false },
    ]);
  });
});

describe('The fact of progress', () => {
  const told = (before: number | null, after: number | null) =>
    progressedFact({
      goal: goal('g', 'g/', { progress: before }),
      next: { ...UNREPORTED, progress: after },
      entered: true,
    });

  it('names the goal, and what is shown before and after', () => {
    expect(told(100_000, 255_000)).toEqual({
      ...{ type: 'goal.progressed', goalId: 'g', version: 7 },
      details: {
        ...{ name: 'goal g', goal_type: 'strategic', priority: 'high', status: 'active', owner_id: 'owner' },
        changes: { progress_percentage: { old: 10, new: 26 } },
      },
    });
  });

  it('is none when the same is shown', () => {
    expect([told(100_000, 100_001), told(null, null), told(995_000, 999_999)]).toEqual([null, null, null]);
    expect(told(999_999, 1_000_000)).toMatchObject({
      details: { changes: { progress_percentage: { old: 99, new: 100 } } },
    });
    expect(told(0, null)).toMatchObject({ details: { changes: { progress_percentage: { old: 0, new: null } } } });
  });
});
