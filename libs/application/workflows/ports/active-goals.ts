import type { ContactEvent } from '#domain/workflows/contact-event';
import type { ActiveWorkflow, OpenEnrollment } from '#domain/workflows/decide';

/**
 * What active goals of active workflows ask for, in memory, so that an event that can match nothing costs next to nothing. It is
 * a hint only: what it lets through is judged again on rows that are held.
 */
export abstract class ActiveGoals {
  /** Another one whenever any of it was replaced. */
  abstract readonly version: number;

  /** Makes the index as fresh as the database is now for these tenants of the transaction, and answers which of them exist. */
  abstract refresh(tenantIds: readonly string[]): Promise<ReadonlySet<string>>;

  /** `false` only when no active goal of the event's tenant can be reached by it. */
  abstract couldReach(event: ContactEvent): boolean;

  /** The active workflows of these enrollments with their active goals, by id; of tenants that were refreshed. */
  abstract workflowsOf(enrollments: readonly OpenEnrollment[]): Promise<ReadonlyMap<string, ActiveWorkflow>>;
}
