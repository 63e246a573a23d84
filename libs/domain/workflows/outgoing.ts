/** Every type of fact that workflows tell outside (API, *Messages going out*); `docs/asyncapi.yaml` describes each. */
export const WORKFLOW_FACTS = [
  'workflow.created',
  'workflow.updated',
  'workflow.activated',
  'workflow.paused',
  'workflow.deleted',
  'workflow.restored',
  'workflow.goal.configured',
  'workflow.goal.updated',
  'workflow.goal.removed',
  'workflow.goal.achieved',
  'workflow.enrolled',
  'workflow.completed',
  'workflow.failed',
  'workflow.exit.goal',
  'workflow.exit.manual',
] as const;
export type WorkflowFact = (typeof WORKFLOW_FACTS)[number];
