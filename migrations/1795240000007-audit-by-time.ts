import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A tenant's whole audit log is read by time; what was done to one thing has an index of its own. */
export class AuditByTime1795240000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('CREATE INDEX audit_log_by_time ON audit_log (tenant_id, occurred_at DESC, id DESC)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX audit_log_by_time');
  }
}
