/** Every type of fact that goals tell outside (API, *Messages going out*); `docs/asyncapi.yaml` describes each. */
export const GOAL_FACTS = [
  'goal.created',
  'goal.updated',
  'goal.deleted',
  'goal.restored',
  'goal.achieved',
  'goal.missed',
  'goal.abandoned',
  'goal.progressed',
  'goal.assessed',
  'goal_link.created',
  'goal_link.updated',
  'goal_link.deleted',
] as const;
export type GoalFact = (typeof GOAL_FACTS)[number];
