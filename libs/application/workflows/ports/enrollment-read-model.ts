import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';
import type { ContactView, EnrollmentView, PendingActionView } from '#application/workflows/enrollment-views';

/** What can be seen of enrollments, their steps and their contacts. */
export abstract class EnrollmentReadModel {
  /** Those there are of these ids, in no order. */
  abstract enrollments(tenantId: string, ids: readonly string[]): Promise<readonly EnrollmentView[]>;
  abstract ofWorkflow(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<EnrollmentView>>;
  /** By position. */
  abstract actions(tenantId: string, enrollmentId: string): Promise<readonly PendingActionView[]>;
  abstract action(tenantId: string, id: string): Promise<PendingActionView | null>;
  abstract achievements(tenantId: string, enrollmentId: string): Promise<readonly AchievementView[]>;
  abstract contact(tenantId: string, contactId: string): Promise<ContactView | null>;
}
