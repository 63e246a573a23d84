import type { Result } from '#domain/shared/result';
import type { GoalLink } from '#domain/goals/goal-link';

/** Where the links of goals are kept. Whoever asks for one has seen that its goal is not deleted. */
export abstract class GoalLinkRepository {
  abstract find(tenantId: string, goalId: string, id: string): Promise<GoalLink | null>;

  /** The id of the link that says the same already; waits for whoever is making it at this moment. */
  abstract twinOf(link: GoalLink): Promise<string | null>;

  /** 409 `goal_link.duplicate`, 412 when somebody was faster. */
  abstract save(link: GoalLink): Promise<Result<void>>;

  /** For good. 412 when somebody was faster, 404 when somebody has removed it. */
  abstract remove(link: GoalLink): Promise<Result<void>>;
}
