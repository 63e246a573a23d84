import type { OutgoingFact } from '#domain/shared/aggregate';
import { fault, invalid, type FieldFault, notInFuture } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { GoalState } from '#domain/goals/goal';
import type { GoalFact } from '#domain/goals/outgoing';
import type { AssessmentStatus } from '#domain/goals/words';

/** What somebody found of a goal. */
export interface Findings {
  readonly status: AssessmentStatus;
  /** 0 to 100. */
  readonly score: number | null;
  readonly notes: string | null;
}

/** One row of a goal's assessments; none is ever changed (SPEC 5, *Assessment*). */
export interface Assessment extends Findings {
  readonly id: string;
  readonly assessorId: string | null;
  readonly assessedAt: Date;
}

/** What of a goal is said when it was assessed. */
export type AssessedGoal = Pick<
  GoalState,
  | 'id'
  | 'tenantId'
  | 'version'
  | 'name'
  | 'goalType'
  | 'priority'
  | 'ownerId'
  | 'status'
  | 'assessmentStatus'
  | 'assessmentScore'
  | 'assessmentNotes'
  | 'lastAssessmentDate'
>;

/** A completed one needs a score, and none lies in the future (422); without a time it was made now. */
export const readAssessment = (
  by: { readonly id: string; readonly assessorId: string | null },
  findings: Findings,
  assessedAt: Date | null,
  now: Date,
): Result<Assessment> => {
  const faults: FieldFault[] = [
    ...(findings.status === 'completed' && findings.score === null ? [SCORELESS] : []),
    ...(assessedAt ? notInFuture(assessedAt, now, '/assessed_at') : []),
  ];
  return faults.length > 0 ? err(invalid(faults)) : ok({ ...by, ...findings, assessedAt: assessedAt ?? now });
};

const SCORELESS = fault('/score', 'required', 'A completed assessment needs a score.');

/** Told with its own time: the goal goes on showing a later one. */
export const assessed = (goal: AssessedGoal, { id, status, score, assessedAt }: Assessment): OutgoingFact => ({
  type: 'goal.assessed' satisfies GoalFact,
  goalId: goal.id,
  details: {
    name: goal.name,
    goal_type: goal.goalType,
    priority: goal.priority,
    status: goal.status,
    owner_id: goal.ownerId,
    assessment_id: id,
    assessment_status: status,
    assessment_score: score,
    assessed_at: assessedAt,
  },
});
