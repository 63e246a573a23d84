import type { Database } from '#adapters/shared/persistence/database';

/** Holds the board of a tenant's tasks until the transaction ends (ADR 0049). */
export const holdBoard = (db: Database, tenantId: string): Promise<unknown> =>
  db.query(`SELECT pg_advisory_xact_lock(hashtextextended('task-board:' || $1, 0))`, [tenantId]);
