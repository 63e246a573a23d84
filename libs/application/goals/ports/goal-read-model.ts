import type { Page, PageRequest } from '#application/shared/listing';
import type { GoalRow } from '#application/goals/views';

/** What can be seen of goals. */
export abstract class GoalReadModel {
  abstract goal(tenantId: string, id: string): Promise<GoalRow | null>;

  /** `now`: filters by health and by days until the target depend on it. */
  abstract goals(tenantId: string, page: PageRequest, now: Date): Promise<Page<GoalRow>>;
}
