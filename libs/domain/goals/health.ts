import { heldBetween, type Hold } from '#domain/goals/holds';
import { COMPLETE, type Progress } from '#domain/goals/percentage';
import { isOpen, type GoalStatus, type Health, type MeasurementFrequency } from '#domain/goals/words';

/** What the health of a goal hangs on, beside the clock. */
export interface HealthFacts {
  readonly status: GoalStatus;
  readonly startDate: Date | null;
  readonly targetDate: Date | null;
  readonly progress: Progress | null;
  readonly measurementFrequency: MeasurementFrequency | null;
  readonly lastProgressUpdate: Date | null;
  readonly heldSince: Date | null;
  readonly holds: readonly Hold[];
}

const DAY = 86_400_000;

/** The longest that each period can be, in days. */
export const DAYS_OF: Readonly<Record<MeasurementFrequency, number>> = {
  daily: 1,
  weekly: 7,
  monthly: 31,
  quarterly: 92,
  annually: 366,
};

/** How many days a report may be late before a goal counts as outdated. */
export const GRACE_DAYS = 2;

/** Points that a goal may be behind and still be on track, or at risk (SPEC 5, *Health*). */
export const ON_TRACK_BELOW = 16.5;
export const AT_RISK_UP_TO = 33;

/** The first that holds (SPEC 5, *Health*); `null` for a closed goal. The same in SQL: `health-sql.ts` of the adapters. */
export const healthOf = (goal: HealthFacts, now: Date): Health | null => {
  if (!isOpen(goal.status)) return null;
  if (!hasBegun(goal, now)) return 'not_started';
  const gap = gapOf(goal, now);
  if (gap === null) return 'insufficient_data';
  if (goal.targetDate && goal.targetDate < now && goal.progress !== COMPLETE) return 'off_track';
  if (isOutdated(goal, now)) return 'outdated';
  if (gap < ON_TRACK_BELOW) return 'on_track';
  return gap <= AT_RISK_UP_TO ? 'at_risk' : 'off_track';
};

/**
 * By how many points a goal is behind what could be expected by now; negative: ahead. Days on hold are left out. `null` when
 * that cannot be said, and for a closed goal, of which nothing is expected any more.
 */
export const gapOf = (goal: HealthFacts, now: Date): number | null => {
  const { startDate, targetDate, progress } = goal;
  if (!isOpen(goal.status) || !startDate || !targetDate || progress === null) return null;
  return (hasBegun(goal, now) ? expectedBy(now, goal, startDate, targetDate) : 0) - progress / 10_000;
};

const hasBegun = ({ status, startDate }: HealthFacts, now: Date): boolean =>
  status !== 'draft' && (!startDate || startDate <= now);

/** In points, of a goal that has begun. Clocks that disagree may have holds overlap, but not be longer than all that has gone by. */
const expectedBy = (now: Date, { holds, heldSince }: HealthFacts, startDate: Date, targetDate: Date): number => {
  if (now >= targetDate) return 100;
  const since = now.getTime() - startDate.getTime();
  const held = Math.min(since, heldBetween(holds, heldSince, startDate, now));
  return (100 * (since - held)) / (targetDate.getTime() - startDate.getTime() - held);
};

/** Nothing reported for longer than one period and the grace; a goal never reported on counts from its start. */
const isOutdated = ({ measurementFrequency, lastProgressUpdate, startDate }: HealthFacts, now: Date): boolean => {
  const last = lastProgressUpdate ?? startDate;
  if (!measurementFrequency || !last) return false;
  return now.getTime() - last.getTime() > (DAYS_OF[measurementFrequency] + GRACE_DAYS) * DAY;
};

/** Whole days that are left until the target, negative once it has passed; `null` without one. */
export const daysUntilTarget = ({ targetDate }: Pick<HealthFacts, 'targetDate'>, now: Date): number | null =>
  targetDate && Math.floor((targetDate.getTime() - now.getTime()) / DAY);
