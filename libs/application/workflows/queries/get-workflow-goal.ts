import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import type { WorkflowGoalView } from '#application/workflows/views';

export class GetWorkflowGoal extends Query<Result<WorkflowGoalView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetWorkflowGoal)
export class GetWorkflowGoalHandler {
  constructor(private readonly workflows: WorkflowReadModel) {}

  async execute({ actor, workflowId, id }: GetWorkflowGoal): Promise<Result<WorkflowGoalView>> {
    if (!actor.may('workflow_goal:read')) return err(forbidden('workflow_goal:read'));
    const goal = await this.workflows.goal(actor.tenantId, workflowId, id);
    return goal ? ok(goal) : err(missing('workflow_goal'));
  }
}
