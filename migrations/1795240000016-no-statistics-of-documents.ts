import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that no condition asks for. Comparing documents with each other was a good part of what ANALYZE did beside the decisions. */
const DOCUMENTS = [
  ['workflow_goal_achievements', 'trigger_event'],
  ['workflow_goal_achievements', 'metadata'],
  ['audit_log', 'changes'],
  ['outbox', 'message'],
] as const;

export class NoStatisticsOfDocuments1795240000016 implements MigrationInterface {
  up(db: QueryRunner): Promise<void> {
    return setTarget(db, 0);
  }

  down(db: QueryRunner): Promise<void> {
    return setTarget(db, -1);
  }
}

/** `-1` is the server's default. */
const setTarget = async (db: QueryRunner, target: number): Promise<void> => {
  for (const [table, column] of DOCUMENTS) {
    await db.query(`ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS ${String(target)}`);
  }
};
