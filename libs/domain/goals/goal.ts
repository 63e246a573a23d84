import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { conflict, fault, invalid } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import { readGoalFields, type GoalFields } from '#domain/goals/goal-fields';
import { DEEPEST, depthOf, isWithin, idsOf, pathBelow } from '#domain/goals/goal-path';
import { withPresent, type Hold } from '#domain/goals/holds';
import type { GoalFact } from '#domain/goals/outgoing';
import type { Progress } from '#domain/goals/percentage';
import { factOf, isEnd, needsReason, TRANSITIONS } from '#domain/goals/transitions';
import { isOpen, type AssessmentStatus, type FirstStatus, type GoalStatus } from '#domain/goals/words';

export interface GoalState extends Versioned, GoalFields {
  readonly parentGoalId: string | null;
  /** The ids from the root down to the goal itself (`goal-path.ts`). */
  readonly path: string;
  readonly status: GoalStatus;
  /** What was said when it last changed its status. */
  readonly statusReason: string | null;
  readonly completionDate: Date | null;
  /** Since when it is on hold. */
  readonly heldSince: Date | null;
  /** When it was on hold before, without the present hold; what of it lies behind the start is asked when health is. */
  readonly holds: readonly Hold[];
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

/** Where a goal is to hang: below `parent`, or as a root. `height`: levels of its own subtree, itself included. */
export interface Move {
  readonly parent: Goal | null;
  readonly height: number;
}

type Place = Pick<GoalState, 'parentGoalId' | 'path'>;

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
export class Goal extends Aggregate<GoalState, GoalFact> {
  /** A new goal, below `parent` or as a root. Faults of the fields; 409 `goal.parent-closed`, `goal.too-deep`. */
  static create({ id, tenantId, by, status, fields }: NewGoal, parent: Goal | null, now: Date): Result<Goal> {
    const read = readGoalFields(fields);
    if (!read.ok) return read;
    const place = placeBelow(parent, id, 1);
    if (!place.ok) return place;
    const begun = {
      status,
      startDate: status === 'active' ? startedBy(read.value, now) : read.value.startDate,
      // Only what is reported begins at 0; to anything else nothing contributes yet.
      progress: read.value.progressSource === 'manual' ? 0 : null,
    };
    const first = firstVersion(id, tenantId, by, now);
    const goal = new Goal({ ...first, ...read.value, ...place.value, ...FRESH, ...begun }, null);
    goal.tell('goal.created', { parent_goal_id: place.value.parentGoalId });
    return ok(goal);
  }

  get isOpen(): boolean {
    return isOpen(this.current.status);
  }

  /**
   * Changes the fields given, in any state, and hangs the goal elsewhere when told to; what is the same already is no change.
   * Faults of the fields; 409 `goal.cycle` with the path, `goal.parent-closed`, `goal.too-deep`.
   */
  edit(fields: Partial<GoalFields>, move?: Move): Result<void> {
    const read = readGoalFields({ ...this.current, ...fields });
    if (!read.ok) return read;
    const place = move && move.parent?.state.id !== this.current.parentGoalId ? this.placeFor(move) : ok({});
    if (!place.ok) return place;
    const next = { ...this.current, ...read.value, ...place.value };
    const changes = changesBetween(this.current, next, EDITABLE);
    if (Object.keys(changes).length === 0) return done;
    this.change(next);
    this.tell('goal.updated', { changes });
    return done;
  }

  private placeFor({ parent, height }: Move): Result<Place> {
    const { id, path } = this.current;
    if (parent && isWithin(parent.state.path, path)) return err(wouldCircle(path, parent.state.path));
    return placeBelow(parent, id, height);
  }

  /**
   * Changes the status with its effects. `parent`: the one it hangs below. Err: 409 `goal.invalid-transition` with what is
   * allowed, 422 `/reason` where one is needed, 409 `goal.parent-closed` when it would open below a closed one.
   */
  transition(to: GoalStatus, reason: string | null, parent: Goal | null, now: Date): Result<void> {
    const { status: from } = this.current;
    if (!TRANSITIONS[from].includes(to)) return err(invalidTransition(from, to));
    if (reason === null && needsReason(from, to) && !(to === 'missed' && this.isOverdue(now)))
      return err(invalid([fault('/reason', 'required', `From ${from} to ${to}, say why.`)]));
    if (to === 'active' && from !== 'on_hold' && parent && !parent.isOpen)
      return err(parentClosed(parent.state.status));
    const next = { ...this.current, ...this.effectsOf(to, now), status: to, statusReason: reason };
    const changes = changesBetween(this.current, next, ['status', 'startDate', 'completionDate']);
    this.change(next);
    this.tell(factOf(to), { reason, changes, ...(isEnd(to) && { ended_with: null }) });
    return done;
  }

  private isOverdue(now: Date): boolean {
    return this.current.targetDate !== null && this.current.targetDate < now;
  }

  /** What else changes with the status (SPEC 5, *Status*). */
  private effectsOf(to: GoalStatus, now: Date): Partial<GoalState> {
    const { status, heldSince, holds } = this.current;
    return {
      heldSince: to === 'on_hold' ? now : null,
      holds: withPresent(holds, heldSince, now),
      completionDate: isEnd(to) ? now : null,
      ...(status === 'draft' && to === 'active' && { startDate: startedBy(this.current, now) }),
    };
  }

  /** Hides it, with whatever else one deletion takes. */
  remove(deletionId: string, now: Date): void {
    this.change({ deletedAt: now, deletionId });
    this.tell('goal.deleted', { deleted_with: null });
  }

  /** Brings it back where it was. Err: 409 `goal.not-deleted`, `goal.parent-deleted`, `goal.too-deep`. */
  restore(parent: Goal | null, height: number): Result<void> {
    const { deletedAt, parentGoalId, path } = this.current;
    if (deletedAt === null) return err(conflict('goal.not-deleted', 'The goal is not deleted.'));
    if (parentGoalId !== null && !parent) return err(parentDeleted(parentGoalId));
    if (depthOf(path) + height - 1 > DEEPEST) return err(tooDeep);
    this.change({ deletedAt: null, deletionId: null });
    this.tell('goal.restored', { restored_with: null });
    return done;
  }

  /** `…_with` names the goal whose ending, deletion or restoration took this one along: none here, see `GoalSubtrees`. */
  private tell(type: GoalFact, more?: Readonly<Record<string, unknown>>): void {
    const { id, name, goalType, priority, status, ownerId } = this.current;
    const details = { name, goal_type: goalType, priority, status, owner_id: ownerId, ...more };
    this.facts.push({ type, goalId: id, details });
  }
}

const FRESH = {
  statusReason: null,
  completionDate: null,
  heldSince: null,
  holds: [],
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

const placeBelow = (parent: Goal | null, id: string, height: number): Result<Place> => {
  if (parent && !parent.isOpen) return err(parentClosed(parent.state.status));
  const path = pathBelow(parent?.state.path ?? null, id);
  if (depthOf(path) + height - 1 > DEEPEST) return err(tooDeep);
  return ok({ parentGoalId: parent?.state.id ?? null, path });
};

const invalidTransition = (from: GoalStatus, to: GoalStatus) =>
  conflict('goal.invalid-transition', `A goal that is ${from} cannot become ${to}.`, { allowed: TRANSITIONS[from] });

const parentClosed = (status: GoalStatus) =>
  conflict('goal.parent-closed', `The parent goal is ${status}; only below an open goal can another one be put.`);

const parentDeleted = (parentGoalId: string) =>
  conflict('goal.parent-deleted', 'The goal it hangs below is deleted; restore that one first.', {
    parent_goal_id: parentGoalId,
  });

const tooDeep = conflict('goal.too-deep', `A tree of goals has at most ${DEEPEST} levels.`, { deepest: DEEPEST });

/** The way down from the goal to the one it was to hang below. */
const wouldCircle = (path: string, parentPath: string) =>
  conflict('goal.cycle', 'A goal cannot hang below itself.', {
    path: idsOf(parentPath).slice(depthOf(path) - 1),
  });
