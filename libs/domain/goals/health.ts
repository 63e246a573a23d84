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
  readonly heldMs: number;
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

/** The first that holds (SPEC 5, *Health*); `null` for a closed goal. */
export const healthOf = (goal: HealthFacts, now: Date): Health | null => {
  if (!isOpen(goal.status)) return null;
  if (goal.status === 'draft' || (goal.startDate && goal.startDate > now)) return 'not_started';
  const gap = gapOf(goal, now);
  if (gap === null) return 'insufficient_data';
  if (goal.targetDate && goal.targetDate < now && goal.progress !== COMPLETE) return 'off_track';
  if (isOutdated(goal, now)) return 'outdated';
  if (gap < ON_TRACK_BELOW) return 'on_track';
  return gap <= AT_RISK_UP_TO ? 'at_risk' : 'off_track';
};

/** By how many points a goal is behind what could be expected by now, days on hold left out; `null` when that cannot be said. */
export const gapOf = (goal: HealthFacts, now: Date): number | null => {
  const { startDate, targetDate, progress } = goal;
  if (!startDate || !targetDate || progress === null) return null;
  const held = heldUntil(goal, startDate, now);
  const total = targetDate.getTime() - startDate.getTime() - held;
  const elapsed = now.getTime() - startDate.getTime() - held;
  const expected = elapsed >= total ? 100 : Math.max(0, (100 * elapsed) / total);
  return expected - progress / 10_000;
};

/** Milliseconds on hold since the start, the present hold included. */
const heldUntil = ({ heldSince, heldMs }: HealthFacts, startDate: Date, now: Date): number =>
  heldMs + (heldSince ? holdBetween(heldSince, now, startDate) : 0);

/** Milliseconds of a hold that lie behind the start. */
export const holdBetween = (since: Date, until: Date, startDate: Date | null): number =>
  Math.max(0, until.getTime() - Math.max(since.getTime(), startDate?.getTime() ?? 0));

/** Nothing reported for longer than one period and the grace; a goal never reported on counts from its start. */
const isOutdated = ({ measurementFrequency, lastProgressUpdate, startDate }: HealthFacts, now: Date): boolean => {
  const last = lastProgressUpdate ?? startDate;
  if (!measurementFrequency || !last) return false;
  return now.getTime() - last.getTime() > (DAYS_OF[measurementFrequency] + GRACE_DAYS) * DAY;
};
