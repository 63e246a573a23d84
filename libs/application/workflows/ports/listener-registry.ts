/** Since when a listener stands in the registry, and until when unless it is renewed. */
export interface Registration {
  readonly registeredAt: Date;
  readonly expiresAt: Date;
}

/** A workflow by its whole name. */
export interface WorkflowName {
  readonly tenantId: string;
  readonly workflowId: string;
}

/**
 * The listeners that every instance and operator sees: one for each active goal of an active workflow (SPEC 4.6). Never
 * asked by a decision, and never the reason why a request fails.
 */
export abstract class ListenerRegistry {
  /**
   * Once the change in hand is committed: makes the registry say what holds for the workflow then. A registry that is away
   * only delays it, until it is back or the next sweep.
   */
  abstract refresh(tenantId: string, workflowId: string): void;

  /**
   * Makes the registry say what holds for these workflows now, and lets what stands there live on; any of them may have no
   * listener, or be gone. Throws when the registry is away.
   */
  abstract renew(workflows: readonly WorkflowName[]): Promise<void>;

  /** The registered listeners of a workflow by goal; none when the registry is away. */
  abstract ofWorkflow(tenantId: string, workflowId: string): Promise<ReadonlyMap<string, Registration>>;
}
