/** Every type of fact that is told outside of no context alone (API, *Messages going out*); `docs/asyncapi.yaml` describes each. */
export const SHARED_FACTS = ['sync.triggered', 'goal.synced', 'task.synced', 'workflow.synced'] as const;
export type SharedFact = (typeof SHARED_FACTS)[number];
