import type { OutgoingFact } from '#domain/shared/aggregate';
import type { Changes } from '#domain/shared/changes';
import type { GoalState } from '#domain/goals/goal';
import { shownPercentage, type Progress } from '#domain/goals/percentage';
import { rollUp, type ChildGoal, type GoalTask } from '#domain/goals/roll-up';

/** What a goal says of its progress, and what moves with it. */
export interface Standing {
  readonly progress: Progress | null;
  readonly progressNotes: string | null;
  readonly lastProgressUpdate: Date | null;
}

/** A goal on the way from a root down to one whose progress may have changed. */
export type PathGoal = Standing &
  Pick<
    GoalState,
    | 'id'
    | 'parentGoalId'
    | 'path'
    | 'name'
    | 'goalType'
    | 'priority'
    | 'ownerId'
    | 'status'
    | 'version'
    | 'progressSource'
    | 'taskWeighting'
  >;

export interface ChildOf extends ChildGoal {
  readonly parentGoalId: string;
}

/** A task, not deleted, of the goal named. */
export interface TaskOf extends GoalTask {
  readonly goalId: string;
}

/** Everything right below some goals that is not deleted; the tasks of those alone that `countsTasks`. */
export interface RightBelow {
  readonly children: readonly ChildOf[];
  readonly tasks: readonly TaskOf[];
}

/** What a goal said, and what it says from now on. `entered`: the new value, or that there is none, belongs into the history. */
export interface ProgressChange {
  readonly goal: PathGoal;
  readonly next: Standing;
  readonly entered: boolean;
}

/** Of a manual goal on which nothing was reported yet. */
export const UNREPORTED: Standing = { progress: 0, progressNotes: null, lastProgressUpdate: null };

/**
 * What becomes different when the progress of all these goals is worked out again, from the deepest up; a manual one takes the
 * current entry given for it and is left alone without.
 */
export const rollUpPaths = (
  goals: readonly PathGoal[],
  { children, tasks }: RightBelow,
  current: ReadonlyMap<string, Standing>,
  now: Date,
): ProgressChange[] => {
  const [below, own] = [
    groupedBy(children, ({ parentGoalId }) => parentGoalId),
    groupedBy(tasks, ({ goalId }) => goalId),
  ];
  const progress = new Map(children.map((child) => [child.id, child.progress]));
  return [...goals]
    .sort((one, other) => other.path.length - one.path.length)
    .flatMap((goal) => {
      const goalsBelow = (below.get(goal.id) ?? []).map((child) => ({
        ...child,
        progress: progress.get(child.id) ?? null,
      }));
      const next =
        goal.progressSource === 'manual'
          ? (current.get(goal.id) ?? goal)
          : rolledUp(goal, goalsBelow, own.get(goal.id) ?? [], now);
      progress.set(goal.id, next.progress);
      return isSame(goal, next) ? [] : [changeOf(goal, next)];
    });
};

const groupedBy = <T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
};

/** Notes belong to a report, so a goal that rolls up has none. */
const rolledUp = (goal: PathGoal, children: readonly ChildGoal[], tasks: readonly GoalTask[], now: Date): Standing => {
  const progress = rollUp(goal, children, tasks);
  const lastProgressUpdate = progress === goal.progress ? goal.lastProgressUpdate : now;
  return { progress, progressNotes: null, lastProgressUpdate };
};

const isSame = (one: Standing, other: Standing): boolean =>
  one.progress === other.progress &&
  one.progressNotes === other.progressNotes &&
  one.lastProgressUpdate?.getTime() === other.lastProgressUpdate?.getTime();

const changeOf = (goal: PathGoal, { progress, progressNotes, lastProgressUpdate }: Standing): ProgressChange => ({
  goal,
  next: { progress, progressNotes, lastProgressUpdate },
  entered: goal.progressSource !== 'manual' && progress !== goal.progress,
});

/** Told only when what is shown has changed (SPEC 5, *Progress*). */
export const progressedFact = ({
  goal,
  next,
}: ProgressChange): (OutgoingFact & { readonly version: number }) | null => {
  const [before, after] = [shown(goal.progress), shown(next.progress)];
  if (before === after) return null;
  const { id, name, goalType, priority, ownerId, status, version } = goal;
  const changes: Changes = { progress_percentage: { old: before, new: after } };
  const details = { name, goal_type: goalType, priority, status, owner_id: ownerId, changes };
  return { type: 'goal.progressed', goalId: id, version, details };
};

const shown = (progress: Progress | null): number | null => (progress === null ? null : shownPercentage(progress));
