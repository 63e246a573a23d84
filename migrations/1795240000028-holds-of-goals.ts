import type { MigrationInterface, QueryRunner } from 'typeorm';
import { unforced } from '#migrations/row-level-security';

const TABLES = ['goals'];

const FROM_SUMS = `
  UPDATE goals SET holds = jsonb_build_array(jsonb_build_object('from', ended - held_ms, 'until', ended))
  FROM (SELECT tenant_id, id, floor(1000 * extract(epoch FROM coalesce(held_since, updated_at)))::bigint AS ended
    FROM goals WHERE held_ms > 0) known
  WHERE goals.tenant_id = known.tenant_id AND goals.id = known.id`;

const TO_SUMS = `
  UPDATE goals g SET held_ms = (
    SELECT sum(greatest(0, until - greatest("from", floor(1000 * extract(epoch FROM g.start_date))::bigint)))
    FROM jsonb_to_recordset(g.holds) AS h ("from" bigint, until bigint))
  WHERE holds <> '[]'`;

/**
 * When goals were on hold, instead of for how long: of a start that is moved only what lies behind it counts (ADR 0076). Of the
 * past a sum is all that is known. It becomes one hold as late as it can have been: up to the present one, or the last change.
 */
export class HoldsOfGoals1795240000028 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE goals ADD COLUMN holds jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(holds) = 'array');
      COMMENT ON COLUMN goals.holds IS
        'When the goal was on hold, without the present hold: {from, until} in milliseconds since 1970, whatever its start.';
      ${unforced(TABLES, FROM_SUMS)}
      ALTER TABLE goals DROP COLUMN held_ms;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE goals ADD COLUMN held_ms bigint NOT NULL DEFAULT 0 CHECK (held_ms >= 0);
      COMMENT ON COLUMN goals.held_ms IS 'How long the goal has been on hold since its start, without the present hold.';
      ${unforced(TABLES, TO_SUMS)}
      ALTER TABLE goals DROP COLUMN holds;
    `);
  }
}
