/** Whether an action of table `alias` needs nothing more: a wait is over when its time has come, whatever is stored (SPEC 4.4). */
export const isFinished = (alias: string, now: string): string =>
  `(${alias}.status NOT IN ('pending', 'claimed') OR (${alias}.action_type = 'wait' AND ${alias}.scheduled_at <= ${now}))`;

/**
 * When the first unfinished step of an enrollment is due, `null` when there is none; with the tenant as `$1`. Looked up one
 * enrollment at a time: as a join it reads all steps of the tenant for each until the table has statistics.
 */
export const firstUnfinished = (enrollment: string, now: string, before = 'true'): string => `(
  SELECT b.scheduled_at FROM workflow_pending_actions b
  WHERE b.tenant_id = $1 AND b.enrollment_id = ${enrollment} AND ${before} AND NOT ${isFinished('b', now)}
  ORDER BY b.position LIMIT 1)`;

/** The caller's id of the contact a row of table `alias` is about; `null` once erased. */
export const externalIdFor = (alias: string): string =>
  `(SELECT c.external_id FROM contacts c WHERE c.tenant_id = ${alias}.tenant_id AND c.id = ${alias}.contact_id)`;
