import type { ListenerRegistry, Registration, WorkflowName } from '#application/workflows/ports/listener-registry';

/** Remembers what it was asked to refresh and to renew. */
export class InMemoryListeners implements ListenerRegistry {
  readonly refreshed: string[] = [];
  readonly renewed: WorkflowName[] = [];
  readonly registrations = new Map<string, Registration>();

  refresh(_tenantId: string, workflowId: string): void {
    this.refreshed.push(workflowId);
  }

  renew(workflows: readonly WorkflowName[]): Promise<void> {
    this.renewed.push(...workflows);
    return Promise.resolve();
  }

  ofWorkflow(): Promise<ReadonlyMap<string, Registration>> {
    return Promise.resolve(this.registrations);
  }
}
