import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readNewGoal, type WorkflowGoalRequest } from '#domain/workflows/workflow-goal-input';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { holdGoals, mustBeInCatalog } from '#application/workflows/held-goals';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { WorkflowSettings } from '#application/workflows/ports/workflow-settings';
import type { WorkflowGoalView } from '#application/workflows/views';

/** Gives a workflow one more goal (SPEC 4.2). */
export class ConfigureWorkflowGoal extends Command<Result<WorkflowGoalView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly request: WorkflowGoalRequest,
  ) {
    super();
  }
}

@CommandHandler(ConfigureWorkflowGoal)
export class ConfigureWorkflowGoalHandler {
  constructor(
    readonly workflows: WorkflowRepository,
    readonly goals: WorkflowGoalRepository,
    private readonly catalog: CatalogRepository,
    private readonly listeners: ListenerRegistry,
    private readonly shown: WorkflowReadModel,
    private readonly settings: WorkflowSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, workflowId, request }: ConfigureWorkflowGoal): Promise<Result<WorkflowGoalView>> {
    if (!actor.may('workflow_goal:create')) return err(forbidden('workflow_goal:create'));
    const { tenantId } = actor;
    const goals = await holdGoals(this, tenantId, workflowId, this.settings.maxGoals);
    if (!goals.ok) return goals;
    const asked = readNewGoal(request, this.clock.now());
    if (!asked.ok) return asked;
    const known = await mustBeInCatalog(this.catalog, tenantId, asked.value.goalType, asked.value.criteria);
    if (!known.ok) return known;
    const goal = goals.value.configure(this.ids.next(), actor.userId, asked.value, this.clock.now());
    if (!goal.ok) return goal;
    const saved = await this.goals.save(goals.value.changed);
    if (!saved.ok) return saved;
    this.listeners.refresh(tenantId, workflowId);
    return ok(existing(await this.shown.goal(tenantId, workflowId, goal.value.state.id)));
  }
}
