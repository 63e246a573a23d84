/** Whether an action of table `alias` needs nothing more: a wait is over when its time has come, whatever is stored (SPEC 4.4). */
export const isFinished = (alias: string, now: string): string =>
  `(${alias}.status NOT IN ('pending', 'claimed') OR (${alias}.action_type = 'wait' AND ${alias}.scheduled_at <= ${now}))`;

/** The caller's id of the contact a row of table `alias` is about; `null` once erased. */
export const externalIdFor = (alias: string): string =>
  `(SELECT c.external_id FROM contacts c WHERE c.tenant_id = ${alias}.tenant_id AND c.id = ${alias}.contact_id)`;
