import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CacheGeneration1795240000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE tenants ADD COLUMN cache_generation bigint NOT NULL DEFAULT 0;
      COMMENT ON COLUMN tenants.cache_generation IS
        'Part of the name of everything cached of the tenant. Raised, in its own transaction, by a change that cannot tell Redis what it made stale.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE tenants DROP COLUMN cache_generation`);
  }
}
