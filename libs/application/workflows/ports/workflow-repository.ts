import type { Result } from '#domain/shared/result';
import type { Workflow } from '#domain/workflows/workflow';

/** Where workflows are kept. */
export abstract class WorkflowRepository {
  /** A workflow that is not deleted. */
  abstract find(tenantId: string, id: string): Promise<Workflow | null>;

  /** The same, held until the transaction ends: nobody changes it or its goals, and nothing is decided about it meanwhile. */
  abstract hold(tenantId: string, id: string): Promise<Workflow | null>;

  /** The same, shared: others may enroll and decide at the same time, but nobody pauses, changes or deletes it meanwhile. */
  abstract share(tenantId: string, id: string): Promise<Workflow | null>;

  abstract findEvenDeleted(tenantId: string, id: string): Promise<Workflow | null>;

  /** 409 `workflow.name-taken`, 412 when somebody was faster. */
  abstract save(workflow: Workflow): Promise<Result<void>>;
}
