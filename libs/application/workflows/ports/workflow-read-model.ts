import type { Page, PageRequest } from '#application/shared/listing';
import type { WorkflowGoalView, WorkflowListenerView, WorkflowView } from '#application/workflows/views';

/** A listener that should be there, without what only the registry knows. */
export type DueListener = Pick<WorkflowListenerView, 'goal_id' | 'event_type' | 'open_enrollments'>;

/** What can be seen of workflows and their goals. */
export abstract class WorkflowReadModel {
  abstract workflow(tenantId: string, id: string): Promise<WorkflowView | null>;
  abstract workflows(tenantId: string, page: PageRequest): Promise<Page<WorkflowView>>;
  abstract goal(tenantId: string, workflowId: string, id: string): Promise<WorkflowGoalView | null>;
  abstract goals(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<WorkflowGoalView>>;

  /** One for each active goal of the workflow while that is active; `open_enrollments` can still reach the goal (SPEC 4.6). */
  abstract listeners(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<DueListener>>;
}
