import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { EVENT_TYPES } from '#domain/workflows/goal-type';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { workflowListenerView, type WorkflowListenerView } from '#application/workflows/views';

export const workflowListenerListing = listing({
  item: workflowListenerView,
  sortable: ['goal_id', 'event_type'],
  filters: { event_type: { kind: { oneOf: EVENT_TYPES } } },
});

/** The listeners of a workflow; their times are `null` while they are not registered or the registry is away (SPEC 4.6). */
export class ListWorkflowListeners extends Query<Result<Page<WorkflowListenerView>>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWorkflowListeners)
export class ListWorkflowListenersHandler {
  constructor(
    private readonly workflows: WorkflowReadModel,
    private readonly registry: ListenerRegistry,
  ) {}

  async execute({ actor, workflowId, page }: ListWorkflowListeners): Promise<Result<Page<WorkflowListenerView>>> {
    if (!actor.may('workflow_goal:read')) return err(forbidden('workflow_goal:read'));
    if (!(await this.workflows.workflow(actor.tenantId, workflowId))) return err(missing('workflow'));
    const due = await this.workflows.listeners(actor.tenantId, workflowId, page);
    const registered = await this.registry.ofWorkflow(actor.tenantId, workflowId);
    const items = due.items.map((listener) => {
      const { registeredAt, expiresAt } = registered.get(listener.goal_id) ?? {};
      const times = {
        registered_at: registeredAt?.toISOString() ?? null,
        expires_at: expiresAt?.toISOString() ?? null,
      };
      return { ...listener, ...times };
    });
    return ok({ ...due, items });
  }
}
