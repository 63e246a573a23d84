import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { GOAL_TYPES } from '#domain/workflows/goal-type';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { workflowGoalView, type WorkflowGoalView } from '#application/workflows/views';

export const workflowGoalListing = listing({
  item: workflowGoalView,
  sortable: ['created_at', 'position', 'updated_at'],
  filters: { goal_type: { kind: { oneOf: GOAL_TYPES } }, is_active: { kind: 'boolean' } },
});

export class ListWorkflowGoals extends Query<Result<Page<WorkflowGoalView>>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWorkflowGoals)
export class ListWorkflowGoalsHandler {
  constructor(private readonly workflows: WorkflowReadModel) {}

  async execute({ actor, workflowId, page }: ListWorkflowGoals): Promise<Result<Page<WorkflowGoalView>>> {
    if (!actor.may('workflow_goal:read')) return err(forbidden('workflow_goal:read'));
    if (!(await this.workflows.workflow(actor.tenantId, workflowId))) return err(missing('workflow'));
    return ok(await this.workflows.goals(actor.tenantId, workflowId, page));
  }
}
