/** Which open enrollments of a tenant: those that fit everything said. Ids of contacts are the caller's. */
export interface OpenEnrollments {
  readonly ids?: readonly string[];
  readonly workflowId?: string;
  readonly contactIds?: readonly string[];
  readonly enrolledBefore?: Date;
  /** Only with every step finished; a wait is when its time has come. */
  readonly allStepsFinished?: true;
  readonly inActiveWorkflow?: true;
}

/** How they end. */
export type Ending =
  | { readonly status: 'exited'; readonly reason: string }
  | { readonly status: 'completed' | 'failed'; readonly reason: null };

/**
 * Ends enrollments without a goal: each with its unfinished actions cancelled (a wait whose time has come is completed
 * instead), counted, audited and told (SPEC 4.4). Takes workflows, enrollments, actions in this order.
 */
export abstract class EnrollmentEndings {
  /** Answers how many were open and are ended now. */
  abstract end(tenantId: string, which: OpenEnrollments, how: Ending): Promise<number>;
}
