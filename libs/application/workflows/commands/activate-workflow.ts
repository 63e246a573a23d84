import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { WorkflowGoals } from '#domain/workflows/workflow-goals';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowView } from '#application/workflows/views';

/** Starts detection; the first time, its goals are in force from now on (SPEC 4.1, 4.2). */
export class ActivateWorkflow extends Command<Result<WorkflowView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(ActivateWorkflow)
export class ActivateWorkflowHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly goals: WorkflowGoalRepository,
    private readonly catalog: CatalogRepository,
    private readonly listeners: ListenerRegistry,
    private readonly shown: WorkflowReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen }: ActivateWorkflow): Promise<Result<WorkflowView>> {
    if (!actor.may('workflow:update')) return err(forbidden('workflow:update'));
    const workflow = await this.workflows.hold(actor.tenantId, id);
    if (!workflow) return err(missing('workflow'));
    const fresh = mayHaveSeen(workflow.state.version, seen);
    if (!fresh.ok) return fresh;
    const live = await this.goals.ofWorkflow(actor.tenantId, id);
    const goals = new WorkflowGoals(workflow.state, live, live.length);
    const known = await this.catalog.known(actor.tenantId, goals.references);
    const activated = workflow.activate(goals.reasonsAgainstActivation(known), this.clock.now());
    if (!activated.ok) return activated;
    goals.start(this.clock.now());
    const saved = await this.saveBoth(workflow, goals);
    if (!saved.ok) return saved;
    this.listeners.refresh(actor.tenantId, id);
    return ok(existing(await this.shown.workflow(actor.tenantId, id)));
  }

  private async saveBoth(
    workflow: Parameters<WorkflowRepository['save']>[0],
    goals: WorkflowGoals,
  ): Promise<Result<void>> {
    const saved = await this.workflows.save(workflow);
    return saved.ok ? this.goals.save(goals.changed) : saved;
  }
}
