import type { Result } from '#domain/shared/result';
import type { Goal } from '#domain/goals/goal';

/** Where goals are kept. */
export abstract class GoalRepository {
  /** A goal that is not deleted. */
  abstract find(tenantId: string, id: string): Promise<Goal | null>;

  /** The same, or one that is deleted. */
  abstract findEvenDeleted(tenantId: string, id: string): Promise<Goal | null>;

  /** 412 when somebody was faster. */
  abstract save(goal: Goal): Promise<Result<void>>;
}
