import type { Page, PageRequest } from '#application/shared/listing';
import type { WorkflowGoalView, WorkflowView } from '#application/workflows/views';

/** What can be seen of workflows and their goals. */
export abstract class WorkflowReadModel {
  abstract workflow(tenantId: string, id: string): Promise<WorkflowView | null>;
  abstract workflows(tenantId: string, page: PageRequest): Promise<Page<WorkflowView>>;
  abstract goal(tenantId: string, workflowId: string, id: string): Promise<WorkflowGoalView | null>;
  abstract goals(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<WorkflowGoalView>>;
}
