import type { OutgoingFact } from '#domain/shared/aggregate';
import type { Changes } from '#domain/shared/changes';
import type { GoalState } from '#domain/goals/goal';
import { shownPercentage, type Progress } from '#domain/goals/percentage';
import { rollUp, type ChildGoal } from '#domain/goals/roll-up';

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
    | 'status'
    | 'version'
    | 'progressSource'
    | 'taskWeighting'
  >;

export interface ChildOf extends ChildGoal {
  readonly parentGoalId: string;
}

/** What a goal said, and what it says from now on. `entered`: the new value belongs into the history of what was rolled up. */
export interface ProgressChange {
  readonly goal: PathGoal;
  readonly next: Standing;
  readonly entered: boolean;
}

/** Of a manual goal on which nothing was reported yet. */
export const UNREPORTED: Standing = { progress: 0, progressNotes: null, lastProgressUpdate: null };

/**
 * What becomes different when the progress of all these goals is worked out again, from the deepest up; a manual one takes the
 * current entry given for it and is left alone without. `children`: everything right below them that is not deleted.
 */
export const rollUpPaths = (
  goals: readonly PathGoal[],
  children: readonly ChildOf[],
  current: ReadonlyMap<string, Standing>,
  now: Date,
): ProgressChange[] => {
  const below = byParent(children);
  const progress = new Map(children.map((child) => [child.id, child.progress]));
  return [...goals]
    .sort((one, other) => other.path.length - one.path.length)
    .flatMap((goal) => {
      const own = (below.get(goal.id) ?? []).map((child) => ({ ...child, progress: progress.get(child.id) ?? null }));
      const next = goal.progressSource === 'manual' ? (current.get(goal.id) ?? goal) : rolledUp(goal, own, now);
      progress.set(goal.id, next.progress);
      return isSame(goal, next) ? [] : [changeOf(goal, next)];
    });
};

const byParent = (children: readonly ChildOf[]): ReadonlyMap<string, readonly ChildOf[]> => {
  const below = new Map<string, ChildOf[]>();
  for (const child of children) {
    const siblings = below.get(child.parentGoalId);
    if (siblings) siblings.push(child);
    else below.set(child.parentGoalId, [child]);
  }
  return below;
};

/** Notes belong to a report, so a goal that rolls up has none. */
const rolledUp = (goal: PathGoal, children: readonly ChildGoal[], now: Date): Standing => {
  const progress = rollUp(goal, children, []);
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
  entered: goal.progressSource !== 'manual' && progress !== null && progress !== goal.progress,
});

/** Told only when what is shown has changed (SPEC 5, *Progress*). */
export const progressedFact = ({
  goal,
  next,
}: ProgressChange): (OutgoingFact & { readonly version: number }) | null => {
  const [before, after] = [shown(goal.progress), shown(next.progress)];
  if (before === after) return null;
  const { id, name, goalType, priority, status, version } = goal;
  const changes: Changes = { progress_percentage: { old: before, new: after } };
  const details = { name, goal_type: goalType, priority, status, changes };
  return { type: 'goal.progressed', goalId: id, version, details };
};

const shown = (progress: Progress | null): number | null => (progress === null ? null : shownPercentage(progress));
