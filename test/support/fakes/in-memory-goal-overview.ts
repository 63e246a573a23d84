import { depthOf } from '#domain/goals/goal-path';
import type { TreeRow } from '#application/goals/insight-views';
import type { GoalOverview, TreePart, TreeRequest } from '#application/goals/ports/goal-overview';
import { goalRowOf } from '#application/goals/shown-goal';
import type { InMemoryGoals } from './in-memory-goals';

/** What is around goals, in memory. */
export class InMemoryGoalOverview implements GoalOverview {
  /** Which elements each goal is linked with. */
  readonly links: { readonly goalId: string; readonly elementId: string }[] = [];

  constructor(private readonly goals: InMemoryGoals) {}

  linkedElements(tenantId: string, goalId: string): Promise<number> {
    const known = this.goals.live(tenantId).some(({ id }) => id === goalId);
    const elements = this.links.filter((link) => known && link.goalId === goalId).map(({ elementId }) => elementId);
    return Promise.resolve(new Set(elements).size);
  }

  tree(tenantId: string, goalId: string, { depth, limit, after }: TreeRequest): Promise<TreePart<TreeRow> | null> {
    const live = this.goals.live(tenantId);
    const root = live.find(({ id }) => id === goalId);
    if (!root) return Promise.resolve(null);
    const above = root.path.slice(0, -`${goalId}/`.length);
    const rows = live
      .filter(({ path }) => path.startsWith(root.path) && path > above + (after ?? ''))
      .map((state) => ({
        ...goalRowOf(state),
        path: state.path,
        depth: depthOf(state.path) - depthOf(above),
        children_count: live.filter(({ parentGoalId }) => parentGoalId === state.id).length,
      }))
      .filter((row) => row.depth <= depth)
      .toSorted((one, other) => (one.path < other.path ? -1 : 1));
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return Promise.resolve({ items, last: last ? last.path.slice(above.length) : null });
  }
}
