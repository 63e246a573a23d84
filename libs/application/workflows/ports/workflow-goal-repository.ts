import type { Result } from '#domain/shared/result';
import type { WorkflowGoal } from '#domain/workflows/workflow-goal';

/** Where workflow goals are kept. Whoever changes them holds their workflow (`WorkflowRepository.hold`). */
export abstract class WorkflowGoalRepository {
  /** The goals of a workflow that are not deleted, by position. */
  abstract ofWorkflow(tenantId: string, workflowId: string): Promise<WorkflowGoal[]>;

  /** 409 `workflow_goal.duplicate`, 412 when somebody was faster. */
  abstract save(goals: readonly WorkflowGoal[]): Promise<Result<void>>;
}
