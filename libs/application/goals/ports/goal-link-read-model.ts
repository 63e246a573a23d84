import type { Page, PageRequest } from '#application/shared/listing';
import type { GoalLinkView, RealizationMapView } from '#application/goals/link-views';

/** What can be seen of the links of goals. */
export abstract class GoalLinkReadModel {
  /** Whoever asks for links has seen that their goal is not deleted. */
  abstract link(tenantId: string, goalId: string, id: string): Promise<GoalLinkView | null>;

  abstract links(tenantId: string, goalId: string, page: PageRequest): Promise<Page<GoalLinkView>>;

  /** `null` when there is no such goal. */
  abstract realizationMap(tenantId: string, goalId: string): Promise<RealizationMapView | null>;
}
