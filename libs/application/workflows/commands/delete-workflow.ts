import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';

/** Hides a workflow from any state and ends its open enrollments (SPEC 4.1). */
export class DeleteWorkflow extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(DeleteWorkflow)
export class DeleteWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly enrollments: EnrollmentEndings,
    private readonly listeners: ListenerRegistry,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen }: DeleteWorkflow): Promise<Result<void>> {
    if (!actor.may('workflow:delete')) return err(forbidden('workflow:delete'));
    const workflow = await this.workflows.hold(actor.tenantId, id);
    if (!workflow) return err(missing('workflow'));
    const fresh = mustHaveSeen(workflow.state.version, seen);
    if (!fresh.ok) return fresh;
    workflow.remove(this.clock.now());
    const saved = await this.workflows.save(workflow);
    if (!saved.ok) return saved;
    await this.enrollments.end(actor.tenantId, { workflowId: id }, { status: 'exited', reason: 'workflow_deleted' });
    this.listeners.refresh(actor.tenantId, id);
    return done;
  }
}
