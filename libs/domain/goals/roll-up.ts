import { COMPLETE, progressOf, type Progress } from '#domain/goals/percentage';
import type { GoalStatus, ProgressSource, TaskWeighting } from '#domain/goals/words';

/** How a goal's progress comes about. */
export interface RollUpRule {
  readonly progressSource: ProgressSource;
  readonly taskWeighting: TaskWeighting;
}

/** A goal right below another one, not deleted. */
export interface ChildGoal {
  readonly id: string;
  readonly name: string;
  readonly status: GoalStatus;
  readonly weight: number;
  readonly progress: Progress | null;
}

/** A task of a goal, not deleted. */
export interface GoalTask {
  readonly id: string;
  readonly name: string;
  readonly status: 'todo' | 'in_progress' | 'blocked' | 'completed' | 'cancelled';
  /** 0 to 100. */
  readonly percentComplete: number;
  readonly estimatedHours: number | null;
  readonly hasSubtasks: boolean;
}

/** Whether tasks contribute to such a goal at all. */
export const countsTasks = ({ progressSource }: Pick<RollUpRule, 'progressSource'>): boolean =>
  progressSource === 'tasks' || progressSource === 'weighted_mix';

export const LEFT_OUT_REASONS = [
  'draft',
  'abandoned',
  'no_progress',
  'cancelled',
  'has_subtasks',
  'not_in_source',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

interface Part {
  readonly kind: 'goal' | 'task';
  readonly id: string;
  readonly name: string;
}

export interface Contributor extends Part {
  /** Among its own kind. A task without an estimate shows the mean that it is given. */
  readonly weight: number;
  /** Its part of the whole in ten-thousandths of a percent; `null` when all weights are 0. */
  readonly share: number | null;
  readonly progress: Progress;
}

export interface LeftOut extends Part {
  readonly reason: LeftOutReason;
}

export interface RolledUp {
  /** `null`: nothing contributes, or all weights are 0. */
  readonly progress: Progress | null;
  readonly contributors: readonly Contributor[];
  readonly leftOut: readonly LeftOut[];
}

/** A contributor with its weight as a whole number, by which all contributors of a goal can be compared. */
interface Weighed extends Omit<Contributor, 'share'> {
  readonly counts: bigint;
}

/** Weights, like estimates, are compared by their thousandths. */
const FINEST_WEIGHT = 1_000;

/**
 * The progress of a goal out of what contributes to it: p = Σ wᵢpᵢ / Σ wᵢ in whole numbers, rounded half up once (SPEC 5,
 * *Progress*); but complete only when all of it is. `null` without a contributor, and when all weights are 0.
 */
export const rollUp = (rule: RollUpRule, children: readonly ChildGoal[], tasks: readonly GoalTask[]): Progress | null =>
  meanOf(weigh(rule, children, tasks));

/** The same, with every contributor and everything that is left out. A manual goal has no contributors. */
export const explainRollUp = (
  rule: RollUpRule,
  children: readonly ChildGoal[],
  tasks: readonly GoalTask[],
): RolledUp => {
  const weighed = weigh(rule, children, tasks);
  const whole = sum(weighed.map(({ counts }) => counts));
  return {
    progress: meanOf(weighed),
    contributors: weighed.map(({ counts, ...part }) => ({
      ...part,
      share: whole === 0n ? null : halfUp(counts * BigInt(COMPLETE), whole),
    })),
    leftOut: [
      ...children.flatMap((child) => leftOut('goal', child, whyWithoutGoal(rule, child))),
      ...tasks.flatMap((task) => leftOut('task', task, whyWithoutTask(rule, task))),
    ],
  };
};

const weigh = (rule: RollUpRule, children: readonly ChildGoal[], tasks: readonly GoalTask[]): Weighed[] => {
  const goals = children.filter((child) => whyWithoutGoal(rule, child) === null).map(weighedGoal);
  const own = weighedTasks(
    rule,
    tasks.filter((task) => whyWithoutTask(rule, task) === null),
  );
  return rule.progressSource === 'weighted_mix' ? mixed(goals, own) : [...goals, ...own];
};

const weighedGoal = ({ id, name, status, weight, progress }: ChildGoal): Weighed => ({
  kind: 'goal',
  id,
  name,
  weight,
  counts: thousandths(weight),
  progress: status === 'achieved' ? COMPLETE : Number(progress),
});

/** By count each weighs the same; by estimate one without weighs the mean of the others, and all the same when none has one. */
const weighedTasks = ({ taskWeighting }: RollUpRule, tasks: readonly GoalTask[]): Weighed[] => {
  const estimates = tasks.flatMap(({ estimatedHours }) =>
    estimatedHours === null ? [] : [thousandths(estimatedHours)],
  );
  const even = taskWeighting === 'count' || estimates.length === 0;
  // Times their number, so that the mean is a whole number too.
  const [number, total] = even ? [1n, thousandths(1)] : [BigInt(estimates.length), sum(estimates)];
  return tasks.map(({ id, name, status, percentComplete, estimatedHours }) => {
    const counts = even || estimatedHours === null ? total : thousandths(estimatedHours) * number;
    const progress = status === 'completed' ? COMPLETE : progressOf(percentComplete);
    return { kind: 'task', id, name, weight: Number(counts) / Number(number) / FINEST_WEIGHT, counts, progress };
  });
};

/** All tasks together count as one contributor of weight 1, each by its part of them. */
const mixed = (goals: readonly Weighed[], tasks: readonly Weighed[]): Weighed[] => {
  const ofTasks = sum(tasks.map(({ counts }) => counts));
  const times = (factor: bigint) => (one: Weighed) => ({ ...one, counts: one.counts * factor });
  return [...goals.map(times(ofTasks === 0n ? 1n : ofTasks)), ...tasks.map(times(thousandths(1)))];
};

const meanOf = (parts: readonly Weighed[]): Progress | null => {
  const whole = sum(parts.map(({ counts }) => counts));
  if (whole === 0n) return null;
  const reached = sum(parts.map(({ counts, progress }) => counts * BigInt(progress)));
  return reached === whole * BigInt(COMPLETE) ? COMPLETE : Math.min(COMPLETE - 1, halfUp(reached, whole));
};

const whyWithoutGoal = ({ progressSource }: RollUpRule, { status, progress }: ChildGoal): LeftOutReason | null => {
  if (progressSource === 'manual' || progressSource === 'tasks') return 'not_in_source';
  if (status === 'draft' || status === 'abandoned') return status;
  return progress === null && status !== 'achieved' ? 'no_progress' : null;
};

const whyWithoutTask = (rule: RollUpRule, { status, hasSubtasks }: GoalTask): LeftOutReason | null => {
  if (!countsTasks(rule)) return 'not_in_source';
  if (status === 'cancelled') return 'cancelled';
  return hasSubtasks ? 'has_subtasks' : null;
};

const leftOut = (kind: Part['kind'], { id, name }: Omit<Part, 'kind'>, reason: LeftOutReason | null): LeftOut[] =>
  reason === null ? [] : [{ kind, id, name, reason }];

const thousandths = (weight: number): bigint => BigInt(Math.round(weight * FINEST_WEIGHT));

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, one) => total + one, 0n);

const halfUp = (dividend: bigint, divisor: bigint): number => Number((2n * dividend + divisor) / (2n * divisor));
