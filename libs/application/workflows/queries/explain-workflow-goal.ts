import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { explain } from '#domain/workflows/explain';
import { Clock } from '#application/shared/tools';
import { ExplainedEnrollments } from '#application/workflows/ports/explained-enrollments';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import type { ExplanationView } from '#application/workflows/views';

/** Why an event reaches a workflow goal, or does not (SPEC 4.7). `enrollmentId`: not the contact's open or latest one, but this. */
export class ExplainWorkflowGoal extends Query<Result<ExplanationView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly goalId: string,
    readonly event: ContactEvent,
    readonly enrollmentId?: string,
  ) {
    super();
  }
}

@QueryHandler(ExplainWorkflowGoal)
export class ExplainWorkflowGoalHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly goals: WorkflowGoalRepository,
    private readonly enrollments: ExplainedEnrollments,
    private readonly clock: Clock,
  ) {}

  async execute(query: ExplainWorkflowGoal): Promise<Result<ExplanationView>> {
    const { actor, workflowId, goalId, event, enrollmentId } = query;
    if (!actor.may('workflow_goal:read')) return err(forbidden('workflow_goal:read'));
    const workflow = await this.workflows.find(actor.tenantId, workflowId);
    if (!workflow) return err(missing('workflow'));
    const live = await this.goals.ofWorkflow(actor.tenantId, workflowId);
    const goal = live.find(({ state }) => state.id === goalId);
    if (!goal) return err(missing('workflow_goal'));
    const which = enrollmentId === undefined ? { contactId: event.contactId } : { enrollmentId };
    const enrollment = await this.enrollments.find(actor.tenantId, workflowId, which, this.clock.now());
    if (!enrollment && enrollmentId !== undefined) return err(noSuchEnrollment);
    const explanation = explain(goal.state, workflow.state, enrollment, event);
    return ok({ enrollment_id: enrollment?.id ?? null, ...explanation });
  }
}

const noSuchEnrollment = invalid([
  fault('/enrollment_id', 'enrollment.not-found', 'The workflow has no such enrollment.'),
]);
