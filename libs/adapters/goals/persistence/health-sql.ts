import { AT_RISK_UP_TO, DAYS_OF, GRACE_DAYS, ON_TRACK_BELOW } from '#domain/goals/health';
import { COMPLETE } from '#domain/goals/percentage';

/** Since 1970, as holds are kept; they are written by clocks of milliseconds. */
export const millisecondsOf = (time: string): string => `floor(1000 * extract(epoch FROM ${time}))::bigint`;

/** Milliseconds from one time to another, exactly: whole numbers that a double can hold, in half the time of numeric ones. */
const between = (from: string, to: string): string => `round(1000 * date_part('epoch', ${to} - ${from}))`;

/**
 * The health of the goals `g` at a time (the placeholder of `now`), as `healthOf` of the domain computes it: for what must be
 * filtered or counted in the database. `NULL` for a closed goal.
 */
export const healthSql = (placeholder: string): string => {
  const now = `${placeholder}::timestamptz`;
  const since = between('g.start_date', now);
  const held = `CASE WHEN ${NEVER_HELD} THEN 0 ELSE least(${since}, ${heldBy(now)}) END`;
  // The operations of the domain in their order, so that no gap is rounded to the other side of a threshold.
  const expected = `CASE WHEN ${now} >= g.target_date THEN 100
    ELSE 100 * (${since} - ${held}) / (${between('g.start_date', 'g.target_date')} - ${held}) END`;
  const gap = `${expected} - g.progress / 10000::float8`;
  return `CASE WHEN g.status NOT IN ('draft', 'active', 'on_hold') THEN NULL
    WHEN g.status = 'draft' OR g.start_date > ${now} THEN 'not_started'
    WHEN g.start_date IS NULL OR g.target_date IS NULL OR g.progress IS NULL THEN 'insufficient_data'
    WHEN g.target_date < ${now} AND g.progress <> ${COMPLETE} THEN 'off_track'
    WHEN ${between('coalesce(g.last_progress_update, g.start_date)', now)} > ${LONGEST_SILENCE} THEN 'outdated'
    ELSE (SELECT CASE WHEN gap < ${ON_TRACK_BELOW} THEN 'on_track' WHEN gap <= ${AT_RISK_UP_TO} THEN 'at_risk'
      ELSE 'off_track' END FROM (SELECT ${gap} AS gap) AS behind) END`;
};

/** As most goals are: to ask it must cost nothing, and its length is what is read soonest of a list. */
const NEVER_HELD = `g.held_since IS NULL AND jsonb_array_length(g.holds) = 0`;

/** Milliseconds on hold from the start to a time. `greatest` passes over NULL, so that no hold would be one since the start. */
const heldBy = (now: string): string => `(coalesce((
    SELECT sum(greatest(0, least(h.until, ${millisecondsOf(now)}) - greatest(h."from", ${millisecondsOf('g.start_date')})))
    FROM jsonb_to_recordset(g.holds) AS h ("from" bigint, until bigint))::float8, 0)
  + CASE WHEN g.held_since IS NULL THEN 0 ELSE greatest(0, ${between('greatest(g.held_since, g.start_date)', now)}) END)`;

/** In milliseconds; NULL, and so never exceeded, where nobody has said how often to report. */
const LONGEST_SILENCE = `CASE g.measurement_frequency ${Object.entries(DAYS_OF)
  .map(([frequency, days]) => `WHEN '${frequency}' THEN ${(days + GRACE_DAYS) * 86_400_000}`)
  .join(' ')} END`;
