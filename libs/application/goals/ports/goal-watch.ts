import type { GoalOffTrack } from '#application/goals/contract';

/** What is looked for among all goals of a tenant while nobody asks. */
export abstract class GoalWatch {
  /** See `ListGoalsGoneOffTrack`. */
  abstract goneOffTrack(tenantId: string, since: Date, now: Date): Promise<readonly GoalOffTrack[]>;
}
