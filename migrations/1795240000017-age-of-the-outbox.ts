import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/** Since when the oldest outgoing event waits, for whoever watches; null when none does. */
export class AgeOfTheOutbox1795240000017 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION relay_waiting_since() RETURNS timestamptz
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT least(
          (SELECT created_at FROM outbox WHERE publish_seq IS NULL ORDER BY id LIMIT 1),
          (SELECT created_at FROM outbox WHERE publish_seq > (SELECT sent_seq FROM outbox_progress) ORDER BY publish_seq LIMIT 1));
      $$;
      ${own('goal_relay', 'relay_waiting_since()')}
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION relay_waiting_since()');
  }
}
