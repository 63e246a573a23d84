import { fault, invalid, type FieldFault, notInFuture } from '#domain/shared/errors';
import { err, faultsOf, ok, type Result } from '#domain/shared/result';
import { readCriteria, type Criteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';

/** A workflow goal as a caller asks for it; `criteria` as they were sent. `activeSince` is only given by imports. */
export interface WorkflowGoalRequest {
  readonly goalType: GoalType;
  readonly criteria: unknown;
  readonly windowHours?: number | null;
  readonly position?: number;
  readonly activeSince?: Date;
}

/** The same once its form is known to be right. */
export interface NewWorkflowGoal {
  readonly goalType: GoalType;
  readonly criteria: Criteria;
  readonly windowHours: number | null;
  /** Left out: behind all others. */
  readonly position?: number;
  readonly activeSince?: Date;
}

/** The fields of a PATCH; a key left out stays as it is. */
export interface WorkflowGoalPatch {
  readonly goalType?: unknown;
  readonly criteria?: unknown;
  readonly isActive?: boolean;
  readonly windowHours?: number | null;
  readonly position?: number;
}

export interface WorkflowGoalChanges {
  readonly criteria?: Criteria;
  readonly isActive?: boolean;
  readonly windowHours?: number | null;
  readonly position?: number;
}

export const LONGEST_WINDOW = 8_760;
export const LAST_POSITION = 1_000;

/** Checks the form of a new workflow goal, naming every fault at once; rules over the workflow's other goals come later. */
export const readNewGoal = (request: WorkflowGoalRequest, now: Date): Result<NewWorkflowGoal> => {
  const { goalType, windowHours = null, position, activeSince } = request;
  const criteria = readCriteria(goalType, request.criteria);
  const faults = [
    ...faultsOf(criteria),
    ...numberFaults(windowHours, position),
    ...(activeSince === undefined ? [] : notInFuture(activeSince, now, '/active_since')),
  ];
  if (!criteria.ok || faults.length > 0) return err(invalid(faults));
  const given = { ...(position !== undefined && { position }), ...(activeSince !== undefined && { activeSince }) };
  return ok({ goalType, criteria: criteria.value, windowHours, ...given });
};

/** Checks the form of a change. `goal_type` never changes: another one is a fault (SPEC 4.2). */
export const readGoalChanges = (goalType: GoalType, patch: WorkflowGoalPatch): Result<WorkflowGoalChanges> => {
  const { goalType: otherType, criteria: raw, ...others } = patch;
  const criteria = raw === undefined ? undefined : readCriteria(goalType, raw);
  const faults = [...(criteria ? faultsOf(criteria) : []), ...numberFaults(others.windowHours, others.position)];
  if (otherType !== undefined && otherType !== goalType)
    faults.push(
      fault('/goal_type', 'fixed', 'The goal_type of a workflow goal never changes; configure another goal.'),
    );
  if (faults.length > 0) return err(invalid(faults));
  return ok({ ...others, ...(criteria?.ok && { criteria: criteria.value }) });
};

const isWithin = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;

const numberFaults = (windowHours: number | null | undefined, position: number | undefined): FieldFault[] => [
  ...(windowHours === null || windowHours === undefined || isWithin(windowHours, LONGEST_WINDOW)
    ? []
    : [fault('/window_hours', 'out-of-range', `window_hours must be an integer from 1 to ${LONGEST_WINDOW}.`)]),
  ...(position === undefined || isWithin(position, LAST_POSITION)
    ? []
    : [fault('/position', 'out-of-range', `position must be an integer from 1 to ${LAST_POSITION}.`)]),
];
