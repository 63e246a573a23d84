import { AT_RISK_UP_TO, DAYS_OF, GRACE_DAYS, ON_TRACK_BELOW } from '#domain/goals/health';
import { COMPLETE } from '#domain/goals/percentage';

/** Milliseconds from one time to another, exactly: whole numbers that a double can hold, in half the time of numeric ones. */
const between = (from: string, to: string): string => `round(1000 * date_part('epoch', ${to} - ${from}))`;

/**
 * The health of the goals `g` at a time (the placeholder of `now`), as `healthOf` of the domain computes it: for what must be
 * filtered or counted in the database. `NULL` for a closed goal.
 */
export const healthSql = (placeholder: string): string => {
  const now = `${placeholder}::timestamptz`;
  const since = between('g.start_date', now);
  // `greatest` passes over NULL, so that no hold would be one since the start.
  const onHold = `CASE WHEN g.held_since IS NULL THEN 0
    ELSE greatest(0, ${between('greatest(g.held_since, g.start_date)', now)}) END`;
  const held = `least(${since}, g.held_ms + ${onHold})`;
  const [elapsed, total] = [`(${since} - ${held})`, `(${between('g.start_date', 'g.target_date')} - ${held})`];
  // The operations of the domain in their order, so that no gap is rounded to the other side of a threshold.
  const expected = `CASE WHEN ${elapsed} >= ${total} THEN 100 ELSE 100 * ${elapsed} / ${total} END`;
  const gap = `${expected} - g.progress / 10000::float8`;
  return `CASE WHEN g.status NOT IN ('draft', 'active', 'on_hold') THEN NULL
    WHEN g.status = 'draft' OR g.start_date > ${now} THEN 'not_started'
    WHEN g.start_date IS NULL OR g.target_date IS NULL OR g.progress IS NULL THEN 'insufficient_data'
    WHEN g.target_date < ${now} AND g.progress <> ${COMPLETE} THEN 'off_track'
    WHEN ${between('coalesce(g.last_progress_update, g.start_date)', now)} > ${LONGEST_SILENCE} THEN 'outdated'
    ELSE (SELECT CASE WHEN gap < ${ON_TRACK_BELOW} THEN 'on_track' WHEN gap <= ${AT_RISK_UP_TO} THEN 'at_risk'
      ELSE 'off_track' END FROM (SELECT ${gap} AS gap) AS behind) END`;
};

/** In milliseconds; NULL, and so never exceeded, where nobody has said how often to report. */
const LONGEST_SILENCE = `CASE g.measurement_frequency ${Object.entries(DAYS_OF)
  .map(([frequency, days]) => `WHEN '${frequency}' THEN ${(days + GRACE_DAYS) * 86_400_000}`)
  .join(' ')} END`;
