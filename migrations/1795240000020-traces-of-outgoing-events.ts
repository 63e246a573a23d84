import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/** An outgoing event goes on with the trace of what caused it: the relay hands its `traceparent` over beside it (ADR 0063). */
export class TracesOfOutgoingEvents1795240000020 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE outbox ADD COLUMN traceparent text;
      ALTER TABLE outbox ALTER COLUMN traceparent SET STATISTICS 0;
      COMMENT ON COLUMN outbox.traceparent IS 'W3C, version 00; null: what caused it is not traced';
    `);
    await db.query(DROP);
    await db.query(relay(true));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(DROP);
    await db.query(relay(false));
    await db.query('ALTER TABLE outbox DROP COLUMN traceparent');
  }
}

const DROP = 'DROP FUNCTION relay_lost(bigint, timestamptz, integer), relay_next(bigint, integer)';

/** Both functions, as they were or with one more column in their answers. */
const relay = (isTraced: boolean): string => `
  -- Notes up to which number everything is sent, numbers what has been committed since, in the order of the outbox's own identity
  -- column, and answers what is still to be sent.
  CREATE FUNCTION relay_next(sent bigint, most integer)
  RETURNS TABLE (publish_seq bigint, message_id uuid, message text${isTraced ? ', traceparent text' : ''})
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    UPDATE outbox_progress SET sent_seq = sent WHERE sent_seq < sent;
    -- A CTE, so that no plan can draw a number twice or in another order.
    WITH numbered AS MATERIALIZED (
      SELECT c.tenant_id, c.id, nextval('public.outbox_publish_seq') AS seq
      FROM (SELECT u.tenant_id, u.id FROM outbox u WHERE u.publish_seq IS NULL ORDER BY u.id LIMIT most) c
    )
    UPDATE outbox o SET publish_seq = n.seq FROM numbered n WHERE o.tenant_id = n.tenant_id AND o.id = n.id;
    RETURN QUERY SELECT o.publish_seq, o.message_id, o.message${isTraced ? ', o.traceparent' : ''} FROM outbox o
      WHERE o.publish_seq > (SELECT sent_seq FROM outbox_progress) ORDER BY o.publish_seq LIMIT most;
  END $$;
  ${own('goal_relay', 'relay_next(bigint, integer)')}

  -- What was sent after a given entry and not before a given time: to be sent again when Redis has lost it.
  CREATE FUNCTION relay_lost(after_seq bigint, since timestamptz, most integer)
  RETURNS TABLE (publish_seq bigint, message_id uuid, message text${isTraced ? ', traceparent text' : ''})
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT publish_seq, message_id, message${isTraced ? ', traceparent' : ''} FROM outbox
    WHERE publish_seq > after_seq AND publish_seq <= (SELECT sent_seq FROM outbox_progress) AND created_at >= since
    ORDER BY publish_seq LIMIT most;
  $$;
  ${own('goal_relay', 'relay_lost(bigint, timestamptz, integer)')}
`;
