import { CommandHandler } from '@nestjs/cqrs';
import { done, type Result } from '#domain/shared/result';
import { RollUpGoals } from '#application/goals/contract';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { RollUp } from '#application/goals/roll-up';

/** Asks for no permission: the change that it is sent within was permitted, and this is what comes of it. */
@CommandHandler(RollUpGoals)
export class RollUpGoalsHandler {
  constructor(
    private readonly tree: GoalTree,
    private readonly rollUp: RollUp,
  ) {}

  async execute({ actor: { tenantId }, goalIds }: RollUpGoals): Promise<Result<void>> {
    if (goalIds.length === 0) return done;
    await this.tree.share(tenantId);
    await this.rollUp.along(tenantId, goalIds);
    return done;
  }
}
