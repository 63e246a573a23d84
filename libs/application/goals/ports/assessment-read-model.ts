import type { Page, PageRequest } from '#application/shared/listing';
import type { AssessmentView } from '#application/goals/assessment-views';

/** What can be seen of the assessments of a goal; of a deleted goal nothing. */
export abstract class AssessmentReadModel {
  abstract assessment(tenantId: string, goalId: string, id: string): Promise<AssessmentView | null>;

  /** `null`: there is no such goal. */
  abstract assessments(tenantId: string, goalId: string, page: PageRequest): Promise<Page<AssessmentView> | null>;
}
