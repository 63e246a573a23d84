import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readGoalChanges, type WorkflowGoalPatch } from '#domain/workflows/workflow-goal-input';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { holdGoals, mustBeInCatalog } from '#application/workflows/held-goals';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { WorkflowGoalView } from '#application/workflows/views';

/** Changes the fields given; the catalog is asked when criteria are written, and only then (SPEC 4.2). */
export class EditWorkflowGoal extends Command<Result<WorkflowGoalView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly patch: WorkflowGoalPatch,
  ) {
    super();
  }
}

@CommandHandler(EditWorkflowGoal)
export class EditWorkflowGoalHandler {
  constructor(
    readonly workflows: WorkflowRepository,
    readonly goals: WorkflowGoalRepository,
    private readonly catalog: CatalogRepository,
    private readonly listeners: ListenerRegistry,
    private readonly shown: WorkflowReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, workflowId, id, seen, patch }: EditWorkflowGoal): Promise<Result<WorkflowGoalView>> {
    if (!actor.may('workflow_goal:update')) return err(forbidden('workflow_goal:update'));
    const goals = await holdGoals(this, actor.tenantId, workflowId);
    if (!goals.ok) return goals;
    const goal = goals.value.find(id);
    if (!goal.ok) return goal;
    const fresh = mustHaveSeen(goal.value.state.version, seen);
    if (!fresh.ok) return fresh;
    const { goalType } = goal.value.state;
    const changes = readGoalChanges(goalType, patch);
    if (!changes.ok) return changes;
    const known = await mustBeInCatalog(this.catalog, actor.tenantId, goalType, changes.value.criteria);
    if (!known.ok) return known;
    const edited = goals.value.edit(goal.value, changes.value, this.clock.now());
    if (!edited.ok) return edited;
    const saved = await this.goals.save(goals.value.changed);
    if (!saved.ok) return saved;
    this.listeners.refresh(actor.tenantId, workflowId);
    return ok(existing(await this.shown.goal(actor.tenantId, workflowId, id)));
  }
}
