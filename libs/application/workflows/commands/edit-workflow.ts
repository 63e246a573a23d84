import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { WorkflowFields } from '#domain/workflows/workflow';
import { existing } from '#application/shared/existing';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowView } from '#application/workflows/views';

/** Changes the fields given, in any state (SPEC 4.1). */
export class EditWorkflow extends Command<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly fields: Partial<WorkflowFields>,
  ) {
    super();
  }
}

@CommandHandler(EditWorkflow)
export class EditWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly shown: WorkflowReadModel,
  ) {}

  async execute({ actor, id, seen, fields }: EditWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:update')) return err(forbidden('workflow:update'));
    const workflow = await this.workflows.find(actor.tenantId, id);
    if (!workflow) return err(missing('workflow'));
    const fresh = mustHaveSeen(workflow.state.version, seen);
    if (!fresh.ok) return fresh;
    const edited = workflow.edit(fields);
    if (!edited.ok) return edited;
    const saved = await this.workflows.save(workflow);
    if (!saved.ok) return saved;
    return ok(existing(await this.shown.workflow(actor.tenantId, id)));
  }
}
