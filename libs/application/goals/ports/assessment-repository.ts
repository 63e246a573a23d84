import type { AssessedGoal, Assessment } from '#domain/goals/assessment';

/** Where the assessments of goals are kept. */
export abstract class AssessmentRepository {
  /**
   * A goal that is not deleted, held until the transaction ends: of two assessments at once the second sees the first. `null`
   * when there is none.
   */
  abstract hold(tenantId: string, goalId: string): Promise<AssessedGoal | null>;

  /**
   * Adds one to a goal that is held, `now`. The goal then shows its latest one (by time, then id), without a new version;
   * audited and told.
   */
  abstract add(goal: AssessedGoal, assessment: Assessment, now: Date): Promise<void>;
}
