import type { ExitReason } from '#domain/workflows/enrollment';

/** Ends enrollments without a goal: each with its unfinished actions cancelled, counted, audited and told (SPEC 4.4). */
export abstract class EnrollmentEndings {
  /** Ends all open enrollments of a workflow that the caller holds. Answers how many. */
  abstract endWorkflow(tenantId: string, workflowId: string, reason: ExitReason): Promise<number>;
}
