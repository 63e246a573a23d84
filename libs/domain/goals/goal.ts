import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { conflict } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import { readGoalFields, type GoalFields } from '#domain/goals/goal-fields';
import { DEEPEST, depthOf, isWithin, idsOf, pathBelow } from '#domain/goals/goal-path';
import type { Progress } from '#domain/goals/percentage';
import { isOpen, type AssessmentStatus, type FirstStatus, type GoalStatus } from '#domain/goals/words';

export interface GoalState extends Versioned, GoalFields {
  readonly parentGoalId: string | null;
  /** The ids from the root down to the goal itself (`goal-path.ts`). */
  readonly path: string;
  readonly status: GoalStatus;
  readonly completionDate: Date | null;
  /** Since when it is on hold. */
  readonly heldSince: Date | null;
  /** Milliseconds on hold since its start, without the present hold. */
  readonly heldMs: number;
  /** `null`: nothing contributes. Like the next two and the assessment, changes without a new version. */
  readonly progress: Progress | null;
  readonly progressNotes: string | null;
  readonly lastProgressUpdate: Date | null;
  readonly assessmentStatus: AssessmentStatus;
  readonly assessmentScore: number | null;
  readonly assessmentNotes: string | null;
  readonly lastAssessmentDate: Date | null;
  readonly deletedAt: Date | null;
  /** Shared by all that one deletion took: what a restore brings back. */
  readonly deletionId: string | null;
}

export interface NewGoal {
  readonly id: string;
  readonly tenantId: string;
  readonly by: string | null;
  readonly status: FirstStatus;
  readonly fields: GoalFields;
}

const EDITABLE = [
  'name',
  'description',
  'goalType',
  'priority',
  'riskLevel',
  'strategicAlignment',
  'businessValue',
  'ownerId',
  'originDriverId',
  'stakeholderId',
  'businessActorId',
  'successCriteria',
  'keyPerformanceIndicators',
  'measurementFrequency',
  'reviewFrequency',
  'startDate',
  'targetDate',
  'progressSource',
  'taskWeighting',
  'weight',
  'category',
  'tags',
  'metadata',
  'parentGoalId',
] as const satisfies readonly (keyof GoalState)[];

/** A strategic goal (SPEC 5). Its place in the tree is given by the parents it is told of, which the caller holds. */
export class Goal extends Aggregate<GoalState> {
  /** A new goal, below `parent` or as a root. Faults of the fields; 409 `goal.parent-closed`, `goal.too-deep`. */
  static create({ id, tenantId, by, status, fields }: NewGoal, parent: Goal | null, now: Date): Result<Goal> {
    const read = readGoalFields(fields);
    if (!read.ok) return read;
    const place = placeBelow(parent, id, 1);
    if (!place.ok) return place;
    const begun = status === 'active' ? startedBy(read.value, now) : read.value.startDate;
    const goal = new Goal(
      {
        ...{ ...firstVersion(id, tenantId, by, now), ...read.value, ...place.value, ...FRESH },
        ...{ status, startDate: begun, progress: read.value.progressSource === 'manual' ? 0 : null },
      },
      null,
    );
    goal.tell('goal.created');
    return ok(goal);
  }

  get isOpen(): boolean {
    return isOpen(this.current.status);
  }

  /** Changes the fields given, in any state; what is the same already is no change. */
  edit(fields: Partial<GoalFields>): Result<void> {
    const read = readGoalFields({ ...this.current, ...fields });
    if (!read.ok) return read;
    this.changeAndTell({ ...this.current, ...read.value });
    return done;
  }

  /**
   * Hangs it below another goal, or makes it a root. `height`: levels of its own subtree, itself included.
   * 409 `goal.cycle` with the path, `goal.parent-closed`, `goal.too-deep`.
   */
  moveBelow(parent: Goal | null, height: number): Result<void> {
    const { id, path } = this.current;
    if (parent && isWithin(parent.state.path, path)) return err(wouldCircle(path, parent.state.path));
    const place = placeBelow(parent, id, height);
    if (!place.ok) return place;
    this.changeAndTell({ ...this.current, ...place.value });
    return done;
  }

  private changeAndTell(next: GoalState): void {
    const changes = changesBetween(this.current, next, EDITABLE);
    if (Object.keys(changes).length === 0) return;
    this.change(next);
    this.tell('goal.updated', { changes });
  }

  protected tell(type: string, more?: Readonly<Record<string, unknown>>): void {
    const { id, name, goalType, priority, status } = this.current;
    this.facts.push({ type, goalId: id, details: { name, goal_type: goalType, priority, status, ...more } });
  }
}

const FRESH = {
  completionDate: null,
  heldSince: null,
  heldMs: 0,
  progressNotes: null,
  lastProgressUpdate: null,
  assessmentStatus: 'pending',
  assessmentScore: null,
  assessmentNotes: null,
  lastAssessmentDate: null,
  deletedAt: null,
  deletionId: null,
} as const satisfies Partial<GoalState>;

/** A goal begins when it becomes active, unless it says when; never after its target, which may lie in the past. */
export const startedBy = ({ startDate, targetDate }: Pick<GoalFields, 'startDate' | 'targetDate'>, now: Date): Date =>
  startDate ?? (targetDate && targetDate < now ? targetDate : now);

const placeBelow = (
  parent: Goal | null,
  id: string,
  height: number,
): Result<Pick<GoalState, 'parentGoalId' | 'path'>> => {
  if (parent && !parent.isOpen) return err(parentClosed(parent.state.status));
  const path = pathBelow(parent?.state.path ?? null, id);
  if (depthOf(path) + height - 1 > DEEPEST) return err(tooDeep);
  return ok({ parentGoalId: parent?.state.id ?? null, path });
};

const parentClosed = (status: GoalStatus) =>
  conflict('goal.parent-closed', `The parent goal is ${status}; only below an open goal can another one be put.`);

const tooDeep = conflict('goal.too-deep', `A tree of goals has at most ${DEEPEST} levels.`, { deepest: DEEPEST });

/** The way down from the goal to the one it was to hang below. */
const wouldCircle = (path: string, parentPath: string) =>
  conflict('goal.cycle', 'A goal cannot hang below itself.', {
    path: idsOf(parentPath).slice(depthOf(path) - 1),
  });
