import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import type { WorkflowView } from '#application/workflows/views';

export class GetWorkflow extends Query<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetWorkflow)
export class GetWorkflowHandler {
  constructor(private readonly workflows: WorkflowReadModel) {}

  async execute({ actor, id }: GetWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:read')) return err(forbidden('workflow:read'));
    const workflow = await this.workflows.workflow(actor.tenantId, id);
    return workflow ? ok(workflow) : err(missing('workflow'));
  }
}
