/** A listener as operators see it (SPEC 4.6). */
export interface Listener {
  readonly goalId: string;
  readonly eventType: string;
  readonly registeredAt: Date;
  readonly expiresAt: Date;
}

/**
 * The listeners that operators see: one for each active goal of an active workflow (SPEC 4.6). Never asked by a decision.
 */
export abstract class ListenerRegistry {
  /**
   * Once the change in hand is committed: makes the registry say what holds for the workflow then. A registry that is away
   * only delays it, until the next sweep.
   */
  abstract refresh(tenantId: string, workflowId: string): void;

  abstract ofWorkflow(tenantId: string, workflowId: string): Promise<readonly Listener[]>;
}
