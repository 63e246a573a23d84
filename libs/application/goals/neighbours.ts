import { conflict, fault, invalid } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { Goal } from '#domain/goals/goal';
import type { OnChildren } from '#domain/goals/words';
import type { GoalRepository } from '#application/goals/ports/goal-repository';
import type { GoalTree, NamedGoal } from '#application/goals/ports/goal-tree';

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

/** Refuses with a list of the children, when there are any and the caller did not say what becomes of them (SPEC 5, *on_children*). */
export const refuseOver = async (
  tree: GoalTree,
  { state }: Goal,
  which: 'live' | 'open',
  onChildren: OnChildren,
): Promise<Result<void>> => {
  const children = onChildren === 'refuse' ? await tree.childrenOf(state.tenantId, state.id, which) : [];
  return children.length > 0 ? err(hasChildren(which, children)) : done;
};

const hasChildren = (which: 'live' | 'open', children: readonly NamedGoal[]) =>
  conflict(
    `goal.${which}-children`,
    `Goals hang below it${which === 'open' ? ' that are open' : ''}. Say with on_children what becomes of them: leave or cascade.`,
    { children },
  );
