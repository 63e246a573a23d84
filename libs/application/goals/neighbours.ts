import { fault, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Goal } from '#domain/goals/goal';
import type { GoalRepository } from '#application/goals/ports/goal-repository';

/** The goal that a caller names as parent; `null` for a root, 422 for one that is not there, is another tenant's or is deleted. */
export const namedParent = async (
  goals: GoalRepository,
  tenantId: string,
  id: string | null,
): Promise<Result<Goal | null>> => {
  if (id === null) return ok(null);
  const parent = await goals.find(tenantId, id);
  return parent ? ok(parent) : err(invalid([fault('/parent_goal_id', 'unknown', 'There is no such goal.')]));
};

/** The goal that another one hangs below; `null` for a root, and where the parent is deleted. */
export const parentOf = (goals: GoalRepository, { state }: Goal): Promise<Goal | null> =>
  state.parentGoalId === null ? Promise.resolve(null) : goals.find(state.tenantId, state.parentGoalId);
