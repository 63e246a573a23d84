import type { JsonObject } from '#domain/shared/json';
import type { KnownContact } from '#domain/workflows/enroll-all';
import type { NewEnrollment } from '#domain/workflows/enrollment';

/** Where enrollments begin. Ids of contacts are the caller's; everything is done for all of them at once. */
export abstract class EnrollmentStore {
  /**
   * These contacts, made when unknown, and held until the transaction ends: nobody enrolls them, changes them or lets them
   * opt out meanwhile. `hasOpenEnrollment` is about this workflow.
   */
  abstract holdContacts(
    tenantId: string,
    workflowId: string,
    contactIds: readonly string[],
  ): Promise<ReadonlyMap<string, KnownContact>>;

  /** Stores them with their actions, made `now`, counted, audited and told; answers the ids of those whose contact was not in the workflow already. */
  abstract add(tenantId: string, enrollments: readonly NewEnrollment[], now: Date): Promise<ReadonlySet<string>>;

  /** Replaces the attributes of contacts that are held. */
  abstract keepAttributes(tenantId: string, attributes: ReadonlyMap<string, JsonObject>): Promise<void>;
}
