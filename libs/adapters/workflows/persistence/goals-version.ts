import type { Database } from '#adapters/shared/persistence/database';

/** Tells every index of active goals, in the change's own transaction, that what it holds of this tenant is stale. */
export const raiseGoalsVersion = async (db: Database, tenantId: string): Promise<void> => {
  await db.query('UPDATE tenants SET goals_version = goals_version + 1 WHERE id = $1', [tenantId]);
};
