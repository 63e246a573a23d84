import { invalid, missing } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import { checkReferences } from '#domain/workflows/catalog';
import { referencesOf, type Criteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';
import { WorkflowGoals } from '#domain/workflows/workflow-goals';
import type { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import type { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import type { WorkflowRepository } from '#application/workflows/ports/workflow-repository';

/** Where goals are kept, and the workflow that is held while they change. */
export interface GoalStores {
  readonly workflows: WorkflowRepository;
  readonly goals: WorkflowGoalRepository;
}

/** The goals of a workflow, which is held until the transaction ends; `limit`: how many it may have, asked for when one is added. */
export const holdGoals = async (
  { workflows, goals }: GoalStores,
  tenantId: string,
  workflowId: string,
  limit = Infinity,
): Promise<Result<WorkflowGoals>> => {
  const workflow = await workflows.hold(tenantId, workflowId);
  if (!workflow) return err(missing('workflow'));
  return ok(new WorkflowGoals(workflow.state, await goals.ofWorkflow(tenantId, workflowId), limit));
};

/** Refuses criteria that name what the tenant's catalog does not have, each by its pointer (422, SPEC 4.2 *Catalog*). */
export const mustBeInCatalog = async (
  catalog: CatalogRepository,
  tenantId: string,
  goalType: GoalType,
  criteria: Criteria = {},
): Promise<Result<void>> => {
  const references = referencesOf(goalType, criteria);
  const faults = checkReferences(references, await catalog.known(tenantId, references));
  return faults.length > 0 ? err(invalid(faults)) : done;
};
