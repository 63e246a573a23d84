import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nobody asks for an entry by its id alone: one index is both the key and the order in which a tenant's log is read. */
export class AuditKeyByTime1795240000023 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey;
      DROP INDEX audit_log_by_time;
      ALTER TABLE audit_log ADD CONSTRAINT audit_log_by_time PRIMARY KEY (tenant_id, occurred_at, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE audit_log DROP CONSTRAINT audit_log_by_time;
      CREATE INDEX audit_log_by_time ON audit_log (tenant_id, occurred_at DESC, id DESC);
      ALTER TABLE audit_log ADD PRIMARY KEY (tenant_id, id);
    `);
  }
}
