import fc from 'fast-check';
import { COMPLETE } from '#domain/goals/percentage';
import { explainRollUp, rollUp, type ChildGoal, type GoalTask, type RollUpRule } from '#domain/goals/roll-up';
import { GOAL_STATUSES, PROGRESS_SOURCES, TASK_WEIGHTINGS } from '#domain/goals/words';

const rule = (progressSource: RollUpRule['progressSource'], taskWeighting: RollUpRule['taskWeighting'] = 'count') => ({
  progressSource,
  taskWeighting,
});

const child = (more: Partial<ChildGoal> = {}): ChildGoal => ({
  ...{ id: 'g', name: 'goal', status: 'active', weight: 1, progress: 500_000 },
  ...more,
});

const task = (more: Partial<GoalTask> = {}): GoalTask => ({
  ...{ id: 't', name: 'task', status: 'in_progress', percentComplete: 50, estimatedHours: null, hasSubtasks: false },
  ...more,
});

const children = (...list: Partial<ChildGoal>[]) => rollUp(rule('children'), list.map(child), []);
const tasks = (weighting: RollUpRule['taskWeighting'], ...list: Partial<GoalTask>[]) =>
  rollUp(rule('tasks', weighting), [], list.map(task));

describe('The progress of a goal out of its children', () => {
  it('weighs its children instead of summing raw values', () => {
    expect(children({ weight: 3, progress: 1_000_000 }, { weight: 1, progress: 0 })).toBe(750_000);
    expect(children({ progress: 600_000 }, { progress: 800_000 })).toBe(700_000);
  });

  it('is nothing instead of 100 % when nothing contributes', () => {
    expect(children()).toBeNull();
    expect(children({ weight: 0 }, { weight: 0, progress: COMPLETE })).toBeNull();
    expect(children({ status: 'draft' }, { status: 'abandoned' }, { progress: null })).toBeNull();
  });

  it('leaves out drafts and what was abandoned, and counts what was missed by how far it came', () => {
    const out = { progress: 900_000 };
    expect(children({ status: 'draft', ...out }, { status: 'abandoned', ...out }, { progress: 100_000 })).toBe(100_000);
    expect(children({ status: 'missed', progress: 300_000 }, { status: 'on_hold', progress: 500_000 })).toBe(400_000);
  });

  it('counts an achieved child as complete, however far it came', () => {
    expect(children({ status: 'achieved', progress: 0 }, { progress: 0 })).toBe(500_000);
    expect(children({ status: 'achieved', progress: null })).toBe(COMPLETE);
  });

  it('compares weights by their thousandths', () => {
    expect(children({ weight: 0.001, progress: COMPLETE }, { weight: 0.002, progress: 0 })).toBe(333_333);
    expect(children({ weight: 1000, progress: 1 }, { weight: 0.001, progress: COMPLETE })).toBe(2);
  });

  it('rounds half up, but is complete only when all of it is', () => {
    expect(children({ progress: 1 }, { progress: 0 })).toBe(1);
    expect(children({ progress: 1 }, { progress: 0 }, { progress: 0 })).toBe(0);
    expect(children({ progress: COMPLETE - 1 }, { progress: COMPLETE }, { progress: COMPLETE })).toBe(COMPLETE - 1);
    expect(children({ progress: COMPLETE }, { progress: 0, weight: 0 })).toBe(COMPLETE);
  });
});

describe('The progress of a goal out of its tasks', () => {
  it('counts a completed task as complete and any other by its percentage', () => {
    expect(tasks('count', { status: 'completed', percentComplete: 10 }, { percentComplete: 20 })).toBe(600_000);
  });

  it('leaves out what was cancelled and what has subtasks', () => {
    const done = { status: 'completed' } as const;
    expect(tasks('count', { status: 'cancelled' }, { ...done, hasSubtasks: true }, { percentComplete: 25 })).toBe(
      250_000,
    );
    expect(tasks('count', { status: 'cancelled' })).toBeNull();
  });

  it('weighs by estimate, one without by the mean of the others', () => {
    const [one, three] = [{ estimatedHours: 1 }, { estimatedHours: 3 }];
    expect(tasks('estimate', { ...one, percentComplete: 0 }, { ...three, percentComplete: 100 })).toBe(750_000);
    expect(
      tasks('estimate', { ...one, percentComplete: 0 }, { ...three, percentComplete: 0 }, { percentComplete: 100 }),
    ).toBe(333_333);
    expect(tasks('count', { ...one, percentComplete: 0 }, { ...three, percentComplete: 100 })).toBe(500_000);
  });

  it('weighs all the same when none has an estimate, and is nothing when all estimates are 0', () => {
    expect(tasks('estimate', { percentComplete: 0 }, { percentComplete: 100 })).toBe(500_000);
    expect(tasks('estimate', { estimatedHours: 0 }, { percentComplete: 100 })).toBeNull();
  });
});

describe('The progress of a goal out of both', () => {
  const mix = (
    goals: Partial<ChildGoal>[],
    own: Partial<GoalTask>[],
    weighting: RollUpRule['taskWeighting'] = 'count',
  ) => rollUp(rule('weighted_mix', weighting), goals.map(child), own.map(task));

  it('takes all tasks together as one contributor of weight 1', () => {
    expect(mix([{ weight: 3, progress: 0 }], [{ percentComplete: 100 }, { percentComplete: 50 }])).toBe(187_500);
  });

  it('does without the one when it has the other', () => {
    expect(mix([{ progress: 300_000 }], [])).toBe(300_000);
    expect(mix([{ progress: 300_000 }], [{ status: 'cancelled' }])).toBe(300_000);
    expect(mix([{ progress: 300_000 }], [{ estimatedHours: 0 }], 'estimate')).toBe(300_000);
    expect(mix([], [{ percentComplete: 40 }])).toBe(400_000);
    expect(mix([{ weight: 0 }], [{ percentComplete: 40 }])).toBe(400_000);
    expect(mix([], [])).toBeNull();
  });

  it('rounds once, not the tasks by themselves', () => {
    const thirds = [{ percentComplete: 100 }, { percentComplete: 0 }, { percentComplete: 0 }];
    // (333333.33… + 0) / 2 is 166666.67; of the rounded 333333 it would be 166666.5.
    expect(mix([{ progress: 0 }], thirds)).toBe(166_667);
    expect(mix([{ weight: 2, progress: 1 }], thirds)).toBe(111_112);
  });
});

describe('The account of a roll-up', () => {
  it('names every contributor with its weight, its share and its progress, and why others are left out', () => {
    const goals = [
      child({ id: 'a', weight: 3 }),
      child({ id: 'b', status: 'achieved', progress: null }),
      child({ id: 'c', status: 'draft' }),
      child({ id: 'd', status: 'abandoned' }),
      child({ id: 'e', progress: null }),
    ];
    const own = [
      task({ id: 't', estimatedHours: 2 }),
      task({ id: 'u', estimatedHours: 4 }),
      task({ id: 'v' }),
      task({ id: 'w', status: 'cancelled' }),
      task({ id: 'x', hasSubtasks: true }),
    ];
    const told = explainRollUp(rule('weighted_mix', 'estimate'), goals, own);
    expect(told.progress).toBe(rollUp(rule('weighted_mix', 'estimate'), goals, own));
    expect(
      told.contributors.map(({ kind, id, weight, share, progress }) => [kind, id, weight, share, progress]),
    ).toEqual([
      ['goal', 'a', 3, 600_000, 500_000],
      ['goal', 'b', 1, 200_000, COMPLETE],
      ['task', 't', 2, 44_444, 500_000],
      ['task', 'u', 4, 88_889, 500_000],
      ['task', 'v', 3, 66_667, 500_000],
    ]);
    expect(told.leftOut.map(({ kind, id, reason }) => [kind, id, reason])).toEqual([
      ['goal', 'c', 'draft'],
      ['goal', 'd', 'abandoned'],
      ['goal', 'e', 'no_progress'],
      ['task', 'w', 'cancelled'],
      ['task', 'x', 'has_subtasks'],
    ]);
    expect(told.contributors[0]).toMatchObject({ name: 'goal' });
    expect(told.leftOut[0]).toMatchObject({ name: 'goal' });
  });

  it('says of what the source does not ask for that it is not asked for', () => {
    const reasons = (source: RollUpRule['progressSource']) =>
      explainRollUp(rule(source), [child()], [task()]).leftOut.map(({ kind, reason }) => `${kind} ${reason}`);
    expect(reasons('manual')).toEqual(['goal not_in_source', 'task not_in_source']);
    expect(reasons('children')).toEqual(['task not_in_source']);
    expect(reasons('tasks')).toEqual(['goal not_in_source']);
    expect(reasons('weighted_mix')).toEqual([]);
  });

  it('knows no shares when all weights are 0', () => {
    const { progress, contributors } = explainRollUp(rule('children'), [child({ weight: 0 })], []);
    expect([progress, contributors[0]?.share]).toEqual([null, null]);
  });
});

/** A fraction of whole numbers, worked out step by step as the rule reads. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}
const fraction = (over: bigint, under = 1n): Fraction => ({ over, under });
const plus = (a: Fraction, b: Fraction) => fraction(a.over * b.under + b.over * a.under, a.under * b.under);
const times = (a: Fraction, b: Fraction) => fraction(a.over * b.over, a.under * b.under);
const through = (a: Fraction, b: Fraction) => fraction(a.over * b.under, a.under * b.over);
const decimal = (value: number) => fraction(BigInt(Math.round(value * 1_000)), 1_000n);

const mean = (parts: readonly { weight: Fraction; value: Fraction }[]): Fraction | null => {
  const whole = parts.reduce((sum, { weight }) => plus(sum, weight), fraction(0n));
  if (whole.over === 0n) return null;
  return through(
    parts.reduce((sum, { weight, value }) => plus(sum, times(weight, value)), fraction(0n)),
    whole,
  );
};

const naive = (source: RollUpRule, goals: readonly ChildGoal[], own: readonly GoalTask[]): number | null => {
  const ofGoals = goals
    .filter(({ status }) => status !== 'draft' && status !== 'abandoned')
    .filter(({ status, progress }) => status === 'achieved' || progress !== null)
    .map(({ status, weight, progress }) => ({
      weight: decimal(weight),
      value: fraction(status === 'achieved' ? 1_000_000n : BigInt(progress!)),
    }));
  const counted = own.filter(({ status, hasSubtasks }) => status !== 'cancelled' && !hasSubtasks);
  const known = counted.flatMap(({ estimatedHours }) => (estimatedHours === null ? [] : [decimal(estimatedHours)]));
  const usual = known.length === 0 ? fraction(1n) : times(known.reduce(plus), fraction(1n, BigInt(known.length)));
  const ofTasks = counted.map(({ status, percentComplete, estimatedHours }) => ({
    weight: source.taskWeighting === 'count' ? fraction(1n) : estimatedHours === null ? usual : decimal(estimatedHours),
    value: fraction(BigInt(status === 'completed' ? 100 : percentComplete) * 10_000n),
  }));
  const together = mean(ofTasks);
  const parts = {
    manual: [],
    children: ofGoals,
    tasks: ofTasks,
    weighted_mix: [...ofGoals, ...(together ? [{ weight: fraction(1n), value: together }] : [])],
  }[source.progressSource];
  const p = mean(parts);
  if (!p) return null;
  const floor = (2n * p.over + p.under) / (2n * p.under);
  return floor === 1_000_000n && p.over < p.under * 1_000_000n ? 999_999 : Number(floor);
};

const someChild = fc.record({
  id: fc.uuid(),
  name: fc.constant('goal'),
  status: fc.constantFrom(...GOAL_STATUSES),
  weight: fc.oneof(
    fc.constant(0),
    fc.constant(1),
    fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000),
  ),
  progress: fc.option(fc.integer({ min: 0, max: COMPLETE })),
});
const someTask = fc.record({
  id: fc.uuid(),
  name: fc.constant('task'),
  status: fc.constantFrom('todo', 'in_progress', 'blocked', 'completed', 'cancelled' as const),
  percentComplete: fc.integer({ min: 0, max: 100 }),
  estimatedHours: fc.option(fc.integer({ min: 0, max: 100_000 }).map((n) => n / 100)),
  hasSubtasks: fc.boolean(),
});
const someRule = fc.record({
  progressSource: fc.constantFrom(...PROGRESS_SOURCES),
  taskWeighting: fc.constantFrom(...TASK_WEIGHTINGS),
});

describe('Whatever contributes', () => {
  it('the progress is what the rule says, worked out in fractions', () => {
    fc.assert(
      fc.property(someRule, fc.array(someChild), fc.array(someTask), (source, goals, own) => {
        expect(rollUp(source, goals, own)).toBe(naive(source, goals, own));
      }),
      { numRuns: 500 },
    );
  });

  it('the account lists everything once, and its shares make a whole', () => {
    fc.assert(
      fc.property(someRule, fc.array(someChild), fc.array(someTask), (source, goals, own) => {
        const { progress, contributors, leftOut } = explainRollUp(source, goals, own);
        expect([...contributors, ...leftOut].map(({ id }) => id).sort()).toEqual(
          [...goals, ...own].map(({ id }) => id).sort(),
        );
        const whole = contributors.reduce((sum, { share }) => sum + (share ?? 0), 0);
        if (progress !== null) expect(Math.abs(whole - COMPLETE)).toBeLessThanOrEqual(contributors.length);
      }),
      { numRuns: 200 },
    );
  });
});
