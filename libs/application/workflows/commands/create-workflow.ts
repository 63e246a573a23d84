import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Workflow, type WorkflowFields } from '#domain/workflows/workflow';
import { Clock, Ids } from '#application/shared/tools';
import { existing } from '#application/shared/existing';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowView } from '#application/workflows/views';

/** Makes a draft. */
export class CreateWorkflow extends Command<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly fields: WorkflowFields,
  ) {
    super();
  }
}

@CommandHandler(CreateWorkflow)
export class CreateWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly shown: WorkflowReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, fields }: CreateWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:create')) return err(forbidden('workflow:create'));
    const workflow = Workflow.create(this.ids.next(), actor.tenantId, actor.userId, fields, this.clock.now());
    if (!workflow.ok) return workflow;
    const saved = await this.workflows.save(workflow.value);
    if (!saved.ok) return saved;
    return ok(existing(await this.shown.workflow(actor.tenantId, workflow.value.state.id)));
  }
}
