import type { QueryRunner } from 'typeorm';

/**
 * Builds an index while its table is written, which only a migration without a transaction may. What a try that was cut short
 * has left behind goes first.
 */
export const build = async (db: QueryRunner, name: string, definition: string): Promise<void> => {
  await db.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  await db.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
};
