import type { GoalFact } from '#domain/goals/outgoing';
import type { GoalStatus } from '#domain/goals/words';

/** From each status the ones it can change to (SPEC 5, *Status*). */
export const TRANSITIONS: Readonly<Record<GoalStatus, readonly GoalStatus[]>> = {
  draft: ['active', 'abandoned'],
  active: ['on_hold', 'achieved', 'missed', 'abandoned'],
  on_hold: ['active', 'abandoned'],
  achieved: ['active'],
  missed: ['active'],
  abandoned: ['active'],
};

/** A change of status that needs a reason, but for a missed goal whose target date has passed. */
export const needsReason = (from: GoalStatus, to: GoalStatus): boolean =>
  from !== 'draft' && to !== 'achieved' && !(from === 'on_hold' && to === 'active');

/** Statuses in which a goal has ended. */
export type EndStatus = Extract<GoalStatus, 'achieved' | 'missed' | 'abandoned'>;

export const isEnd = (status: GoalStatus): status is EndStatus =>
  status === 'achieved' || status === 'missed' || status === 'abandoned';

/** What tells of a change of status: an ending has an event of its own, everything else is an update. */
export const factOf = (to: GoalStatus): GoalFact => (isEnd(to) ? `goal.${to}` : 'goal.updated');
