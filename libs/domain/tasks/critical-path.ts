/** A task that is still to be done, as a plan sees it. */
export interface PlannedTask {
  readonly id: string;
  readonly parentTaskId: string | null;
  /** What must be done before it; those that are no part of the plan hold nobody up. */
  readonly dependencies: readonly string[];
  /** `null` counts as 0. */
  readonly estimatedHours: number | null;
}

/** When a task can be done, and when it must, in hours from now. */
export interface Slot {
  readonly earliestStart: number;
  readonly earliestFinish: number;
  readonly latestStart: number;
  readonly latestFinish: number;
  /** How much later than at the earliest it may be done without the whole taking longer. */
  readonly slack: number;
  readonly isCritical: boolean;
}

export interface CriticalPath<T extends PlannedTask> {
  readonly totalHours: number;
  /** The longest chain, from the first task to the last. */
  readonly path: readonly string[];
  /** Every task, the earliest first. */
  readonly tasks: readonly (Slot & { readonly task: T })[];
  readonly withoutEstimate: readonly string[];
}

/** A task in the net of those that wait for each other. Hours are whole thousandths, so that sums of them can be compared. */
interface Knot<T> {
  readonly task: T;
  readonly hours: number;
  readonly next: Knot<T>[];
  /** How many of those before it are not placed yet. */
  waitsFor: number;
  earliest: number;
  /** The longest chain that begins with it: its hours, its tasks, and how it goes on. */
  rest: number;
  length: number;
  goesOn: Knot<T> | undefined;
}

const FINEST = 1_000;

/**
 * The longest chain of tasks by their hours, and what leeway the others have (SPEC 6). A task waits for what it depends on, and
 * a parent for its subtasks: what it is estimated at itself comes on top of theirs. Of chains that take the same hours the one
 * of more tasks counts, of those the one whose ids come first. Takes time in proportion to tasks and dependencies. Throws when
 * tasks wait for each other in a circle, which no change of tasks lets happen.
 */
export const criticalPath = <T extends PlannedTask>(tasks: readonly T[]): CriticalPath<T> => {
  const placed = place(netOf(tasks));
  for (const knot of placed.toReversed()) lookAhead(knot);
  const first = placed.reduce<Knot<T> | undefined>(better, undefined);
  const total = first?.rest ?? 0;
  return {
    totalHours: total / FINEST,
    path: chainFrom(first),
    tasks: placed.toSorted(byTime).map((knot) => ({ task: knot.task, ...slotOf(knot, total) })),
    withoutEstimate: tasks.filter(({ estimatedHours }) => estimatedHours === null).map(({ id }) => id),
  };
};

const netOf = <T extends PlannedTask>(tasks: readonly T[]): readonly Knot<T>[] => {
  const knots = new Map(tasks.map((task) => [task.id, knotOf(task)]));
  const tie = (before: Knot<T> | undefined, after: Knot<T> | undefined): void => {
    if (!before || !after) return;
    before.next.push(after);
    after.waitsFor += 1;
  };
  for (const knot of knots.values()) {
    const { parentTaskId, dependencies } = knot.task;
    for (const id of dependencies) tie(knots.get(id), knot);
    if (parentTaskId !== null) tie(knot, knots.get(parentTaskId));
  }
  return [...knots.values()];
};

const knotOf = <T extends PlannedTask>(task: T): Knot<T> => {
  const hours = Math.round((task.estimatedHours ?? 0) * FINEST);
  return { task, hours, next: [], waitsFor: 0, earliest: 0, rest: hours, length: 1, goesOn: undefined };
};

/** Each behind all that it waits for, with its earliest start. */
const place = <T extends PlannedTask>(knots: readonly Knot<T>[]): readonly Knot<T>[] => {
  const placed = knots.filter(({ waitsFor }) => waitsFor === 0);
  // An array's iterator also visits what is added on the way.
  for (const { next, earliest, hours } of placed) {
    for (const after of next) {
      after.earliest = Math.max(after.earliest, earliest + hours);
      after.waitsFor -= 1;
      if (after.waitsFor === 0) placed.push(after);
    }
  }
  if (placed.length < knots.length) throw new Error('tasks wait for each other in a circle');
  return placed;
};

const lookAhead = <T extends PlannedTask>(knot: Knot<T>): void => {
  const best = knot.next.reduce<Knot<T> | undefined>(better, undefined);
  if (!best) return;
  knot.goesOn = best;
  knot.rest = knot.hours + best.rest;
  knot.length = 1 + best.length;
};

/** That of two knots from which the longer chain goes on. */
const better = <T extends PlannedTask>(best: Knot<T> | undefined, other: Knot<T>): Knot<T> => {
  if (!best) return other;
  const ahead = other.rest - best.rest || other.length - best.length;
  if (ahead !== 0) return ahead > 0 ? other : best;
  return other.task.id < best.task.id ? other : best;
};

const chainFrom = <T extends PlannedTask>(first: Knot<T> | undefined): string[] => {
  const ids: string[] = [];
  for (let knot = first; knot; knot = knot.goesOn) ids.push(knot.task.id);
  return ids;
};

const slotOf = <T>({ earliest, hours, rest }: Knot<T>, total: number): Slot => {
  const latest = total - rest;
  return {
    earliestStart: earliest / FINEST,
    earliestFinish: (earliest + hours) / FINEST,
    latestStart: latest / FINEST,
    latestFinish: (latest + hours) / FINEST,
    slack: (latest - earliest) / FINEST,
    isCritical: latest === earliest,
  };
};

const byTime = <T extends PlannedTask>(one: Knot<T>, other: Knot<T>): number =>
  one.earliest - other.earliest || one.hours - other.hours || (one.task.id < other.task.id ? -1 : 1);
