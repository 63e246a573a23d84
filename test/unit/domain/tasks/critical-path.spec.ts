import fc from 'fast-check';
import { criticalPath, type PlannedTask } from '#domain/tasks/critical-path';

const task = (id: string, estimatedHours: number | null, ...dependencies: readonly string[]): PlannedTask => ({
  id,
  parentTaskId: null,
  dependencies,
  estimatedHours,
});
const below = (parentTaskId: string, of: PlannedTask): PlannedTask => ({ ...of, parentTaskId });

/** Of each task its id, its earliest and latest start, and its slack. */
const slots = (tasks: readonly PlannedTask[]) =>
  criticalPath(tasks).tasks.map(({ task: { id }, earliestStart, latestStart, slack }) => [
    id,
    earliestStart,
    latestStart,
    slack,
  ]);

describe('The critical path', () => {
  it('of nothing is empty', () => {
    expect(criticalPath([])).toEqual({ totalHours: 0, path: [], tasks: [], withoutEstimate: [] });
  });

  it('is the longest chain, and whoever is not on it has leeway', () => {
    const tasks = [task('a', 2), task('b', 3, 'a'), task('c', 1, 'a'), task('d', 4, 'b', 'c')];
    expect(criticalPath(tasks)).toMatchObject({ totalHours: 9, path: ['a', 'b', 'd'] });
    expect(criticalPath(tasks).tasks.find(({ task: { id } }) => id === 'c')).toEqual({
      task: tasks[2],
      ...{ earliestStart: 2, earliestFinish: 3, latestStart: 4, latestFinish: 5, slack: 2, isCritical: false },
    });
    expect(slots(tasks)).toEqual([
      ['a', 0, 0, 0],
      ['c', 2, 4, 2],
      ['b', 2, 2, 0],
      ['d', 5, 5, 0],
    ]);
  });

  it('has a parent wait for its subtasks, and adds its own estimate', () => {
    const tasks = [task('a', 2), below('a', task('b', 3)), below('a', task('c', 4)), below('c', task('d', 1))];
    expect(criticalPath(tasks)).toMatchObject({ totalHours: 7, path: ['d', 'c', 'a'] });
    expect(slots(tasks)).toContainEqual(['b', 0, 2, 2]);
  });

  it('passes over whoever is no part of the plan', () => {
    const tasks = [task('a', 2, 'closed'), below('elsewhere', task('b', 3)), task('c', 1, 'a', 'foreign')];
    expect(criticalPath(tasks)).toMatchObject({ totalHours: 3, path: ['a', 'c'] });
  });

  it('counts no estimate as no hours, and names the task', () => {
    const tasks = [task('a', 2), task('b', null, 'a'), task('c', 0)];
    expect(criticalPath(tasks)).toMatchObject({ totalHours: 2, path: ['a', 'b'], withoutEstimate: ['b'] });
  });

  it('of several that take as long is the one of more tasks, then the one whose ids come first', () => {
    const tasks = [task('z', 1), task('y', 1, 'z'), task('a', 2), task('x', 2), task('b', 0, 'x'), task('c', 0, 'x')];
    expect(criticalPath(tasks).path).toEqual(['x', 'b']);
    expect(criticalPath([...tasks].reverse()).path).toEqual(['x', 'b']);
    expect(criticalPath([task('n', 1), task('m', 1)]).path).toEqual(['m']);
  });

  it('compares hours in thousandths, in which 0.1 and 0.2 are 0.3', () => {
    const tasks = [task('a', 0.1), task('b', 0.2, 'a'), task('c', 0.3)];
    expect(criticalPath(tasks)).toMatchObject({ totalHours: 0.3, path: ['a', 'b'] });
    expect(criticalPath(tasks).tasks.map(({ isCritical }) => isCritical)).toEqual([true, true, true]);
  });

  it('takes a dependency said twice, and one on a subtask, for one', () => {
    expect(criticalPath([task('a', 1, 'b', 'b'), below('a', task('b', 1))])).toMatchObject({ path: ['b', 'a'] });
  });

  it('is found along a chain of any length', () => {
    const tasks = Array.from({ length: 5_000 }, (_, n) => task(`t${n}`, 1, ...(n === 0 ? [] : [`t${n - 1}`])));
    const { totalHours, path } = criticalPath(tasks);
    expect([totalHours, path.length, path.at(-1)]).toEqual([5_000, 5_000, 't4999']);
  });

  it('cannot be found where tasks wait for each other', () => {
    expect(() => criticalPath([task('a', 1, 'b'), task('b', 1, 'a'), task('c', 1)])).toThrow('in a circle');
  });
});

/** Tasks that depend on earlier ones and stand below later ones only, so that no circle can arise; shuffled. */
const plans = fc
  .array(
    fc.record({
      hours: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 4 }), fc.constantFrom(0.1, 0.2, 0.3)),
      before: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
      parent: fc.option(fc.nat({ max: 20 })),
    }),
    { maxLength: 12 },
  )
  .chain((made) =>
    fc.shuffledSubarray([...made.keys()], { minLength: made.length }).map((names) => {
      const name = (n: number) => String.fromCharCode(97 + names[n]!);
      const tasks = made.map(({ hours, before, parent }, n): PlannedTask => {
        const above = parent === null ? made.length : n + 1 + parent;
        return {
          id: name(n),
          estimatedHours: hours,
          dependencies: before.map((one) => (one < n ? name(one) : `unknown ${one}`)),
          parentTaskId: above < made.length ? name(above) : null,
        };
      });
      return tasks.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    }),
  );

const thousandths = (hours: number | null) => Math.round((hours ?? 0) * 1000);

/** Every chain there is, by trying all: each as the tasks in their order. */
const chainsOf = (tasks: readonly PlannedTask[]): PlannedTask[][] => {
  const after = (one: PlannedTask) =>
    tasks.filter(({ id, dependencies }) => dependencies.includes(one.id) || one.parentTaskId === id);
  const from = (one: PlannedTask): PlannedTask[][] => [
    [one],
    ...after(one)
      .flatMap(from)
      .map((rest) => [one, ...rest]),
  ];
  return tasks.flatMap(from);
};
const hoursOf = (chain: readonly PlannedTask[]) =>
  chain.reduce((sum, { estimatedHours }) => sum + thousandths(estimatedHours), 0);
const idsOf = (chain: readonly PlannedTask[]) => chain.map(({ id }) => id).join('');
const longest = (chains: readonly PlannedTask[][]) => Math.max(0, ...chains.map(hoursOf));

describe('The critical path of any tasks', () => {
  it('is the one that trying all chains finds', () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const chains = chainsOf(tasks);
        const [best] = chains.toSorted(
          (one, other) =>
            hoursOf(other) - hoursOf(one) || other.length - one.length || (idsOf(one) < idsOf(other) ? -1 : 1),
        );
        const found = criticalPath(tasks);
        expect(found.path.join('')).toBe(idsOf(best ?? []));
        expect(thousandths(found.totalHours)).toBe(longest(chains));
        expect(found.tasks.length).toBe(tasks.length);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves each task as much leeway as the longest chain through it lacks', () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const chains = chainsOf(tasks);
        const total = longest(chains);
        for (const { task: one, ...slot } of criticalPath(tasks).tasks) {
          const own = thousandths(one.estimatedHours);
          const through = chains.filter((chain) => chain.includes(one));
          const upTo = longest(through.filter((chain) => chain.at(-1) === one));
          const slack = total - longest(through);
          const expected = [upTo - own, upTo, upTo - own + slack, upTo + slack, slack];
          const { earliestStart, earliestFinish, latestStart, latestFinish, isCritical } = slot;
          expect([earliestStart, earliestFinish, latestStart, latestFinish, slot.slack].map(thousandths)).toEqual(
            expected,
          );
          expect(isCritical).toBe(slack === 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
