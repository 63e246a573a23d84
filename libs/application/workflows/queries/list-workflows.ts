import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { GOAL_LOGICS } from '#domain/workflows/goal-type';
import { WORKFLOW_STATUSES } from '#domain/workflows/workflow';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { workflowView, type WorkflowView } from '#application/workflows/views';

export const workflowListing = listing({
  item: workflowView,
  sortable: ['created_at', 'updated_at', 'name', 'status'],
  filters: {
    status: { kind: { oneOf: WORKFLOW_STATUSES } },
    goal_logic: { kind: { oneOf: GOAL_LOGICS } },
    name: { kind: 'text' },
  },
  deletable: true,
});

export class ListWorkflows extends Query<Result<Page<WorkflowView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWorkflows)
export class ListWorkflowsHandler {
  constructor(private readonly workflows: WorkflowReadModel) {}

  async execute({ actor, page }: ListWorkflows): Promise<Result<Page<WorkflowView>>> {
    const needed = page.deletedOnly ? 'workflow:delete' : 'workflow:read';
    if (!actor.may(needed)) return err(forbidden(needed));
    return ok(await this.workflows.workflows(actor.tenantId, page));
  }
}
