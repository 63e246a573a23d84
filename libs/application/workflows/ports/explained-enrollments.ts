import type { ExplainedEnrollment } from '#domain/workflows/explain';

/** Which enrollment to explain: the one named, or the contact's open one, else its latest (SPEC 4.7). */
export type Explained = { readonly enrollmentId: string } | { readonly contactId: string };

/** Enrollments as an explanation needs them. */
export abstract class ExplainedEnrollments {
  /** An enrollment of the workflow; `now` tells whether it is waiting. `null`: there is none. */
  abstract find(
    tenantId: string,
    workflowId: string,
    which: Explained,
    now: Date,
  ): Promise<(ExplainedEnrollment & { readonly id: string }) | null>;
}
