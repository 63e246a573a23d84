import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowView } from '#application/workflows/views';

/** Brings a deleted workflow back, paused; the enrollments that ended with it stay ended (SPEC 4.1). */
export class RestoreWorkflow extends Command<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RestoreWorkflow)
export class RestoreWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly shown: WorkflowReadModel,
  ) {}

  async execute({ actor, id, seen }: RestoreWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:delete')) return err(forbidden('workflow:delete'));
    const workflow = await this.workflows.findEvenDeleted(actor.tenantId, id);
    if (!workflow) return err(missing('workflow'));
    const fresh = mayHaveSeen(workflow.state.version, seen);
    if (!fresh.ok) return fresh;
    const restored = workflow.restore();
    if (!restored.ok) return restored;
    const saved = await this.workflows.save(workflow);
    if (!saved.ok) return saved;
    return ok(existing(await this.shown.workflow(actor.tenantId, id)));
  }
}
