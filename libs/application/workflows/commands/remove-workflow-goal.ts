import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { holdGoals } from '#application/workflows/held-goals';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';

/** Takes a goal from its workflow for good; its achievements stay (SPEC 4.2). */
export class RemoveWorkflowGoal extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RemoveWorkflowGoal)
export class RemoveWorkflowGoalHandler {
  constructor(
    readonly workflows: WorkflowRepository,
    readonly goals: WorkflowGoalRepository,
    private readonly listeners: ListenerRegistry,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, workflowId, id, seen }: RemoveWorkflowGoal): Promise<Result<void>> {
    if (!actor.may('workflow_goal:delete')) return err(forbidden('workflow_goal:delete'));
    const goals = await holdGoals(this, actor.tenantId, workflowId);
    if (!goals.ok) return goals;
    const goal = goals.value.find(id);
    if (!goal.ok) return goal;
    const fresh = mustHaveSeen(goal.value.state.version, seen);
    if (!fresh.ok) return fresh;
    goal.value.remove(this.clock.now());
    const saved = await this.goals.save(goals.value.changed);
    if (!saved.ok) return saved;
    this.listeners.refresh(actor.tenantId, workflowId);
    return done;
  }
}
