import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import type { TreeGoalView } from '#application/goals/insight-views';
import { GoalOverview, type TreePart, type TreeRequest } from '#application/goals/ports/goal-overview';
import { shownGoal } from '#application/goals/shown-goal';

/** A goal and what hangs below it, in depth-first order, siblings by their creation. */
export class GetGoalTree extends Query<Result<TreePart<TreeGoalView>>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly part: TreeRequest,
  ) {
    super();
  }
}

@QueryHandler(GetGoalTree)
export class GetGoalTreeHandler {
  constructor(
    private readonly overview: GoalOverview,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, part }: GetGoalTree): Promise<Result<TreePart<TreeGoalView>>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const tree = await this.overview.tree(actor.tenantId, id, part);
    if (!tree) return err(missing('goal'));
    const now = this.clock.now();
    const items = tree.items.map((row) => {
      const { depth, children_count } = row;
      return { ...shownGoal(row, now), depth, children_count };
    });
    return ok({ items, last: tree.last });
  }
}
