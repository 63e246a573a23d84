import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowView } from '#application/workflows/views';

/** Stops detection and the handing out of actions; enrollments stay (SPEC 4.1). */
export class PauseWorkflow extends Command<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(PauseWorkflow)
export class PauseWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly listeners: ListenerRegistry,
    private readonly shown: WorkflowReadModel,
  ) {}

  async execute({ actor, id, seen }: PauseWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:update')) return err(forbidden('workflow:update'));
    const workflow = await this.workflows.hold(actor.tenantId, id);
    if (!workflow) return err(missing('workflow'));
    const fresh = mayHaveSeen(workflow.state.version, seen);
    if (!fresh.ok) return fresh;
    const paused = workflow.pause();
    if (!paused.ok) return paused;
    const saved = await this.workflows.save(workflow);
    if (!saved.ok) return saved;
    this.listeners.refresh(actor.tenantId, id);
    return ok(existing(await this.shown.workflow(actor.tenantId, id)));
  }
}
