/** Every type of fact that tasks tell outside (API, *Messages going out*); `docs/asyncapi.yaml` describes each. */
export const TASK_FACTS = [
  'task.created',
  'task.updated',
  'task.deleted',
  'task.restored',
  'task.completed',
  'task.assigned',
  'task.ready',
  'task.blocked',
] as const;
export type TaskFact = (typeof TASK_FACTS)[number];
