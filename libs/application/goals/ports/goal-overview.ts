import type { TreeRow } from '#application/goals/insight-views';

/** A part of the tree below a goal, in depth-first order. */
export interface TreeRequest {
  /** How many levels, the named goal's included. */
  readonly depth: number;
  readonly limit: number;
  /** The path of the last goal seen, from the named one down; `null`: from the beginning. */
  readonly after: string | null;
}

/** `last`: the path of the last item from the named goal down, where more follow. */
export interface TreePart<T> {
  readonly items: readonly T[];
  readonly last: string | null;
}

/** What is seen of a goal together with what is around it. */
export abstract class GoalOverview {
  /** How many different elements a goal is linked with. */
  abstract linkedElements(tenantId: string, goalId: string): Promise<number>;

  /** `null`: there is no such goal. Takes as long as what it answers, however large the tree is. */
  abstract tree(tenantId: string, goalId: string, part: TreeRequest): Promise<TreePart<TreeRow> | null>;
}
