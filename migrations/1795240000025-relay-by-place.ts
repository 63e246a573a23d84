import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/**
 * The relay numbers rows where they lie, so that the outbox needs no key of its own. Its plans are made while the outbox is empty
 * and kept while it fills: it may never read all of it (ADR 0030).
 */
export class RelayByPlace1795240000025 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE outbox DROP CONSTRAINT outbox_pkey');
    await db.query(relay(BY_PLACE, 'SET enable_seqscan = off'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE outbox ADD PRIMARY KEY (tenant_id, id)');
    await db.query(relay(BY_KEY, ''));
  }
}

const BY_PLACE = { found: 'u.ctid AS place', taken: 'c.place', isTheSame: 'o.ctid = n.place' };

const BY_KEY = {
  found: 'u.tenant_id, u.id',
  taken: 'c.tenant_id, c.id',
  isTheSame: 'o.tenant_id = n.tenant_id AND o.id = n.id',
};

const relay = ({ found, taken, isTheSame }: typeof BY_PLACE, settings: string): string => `
  DROP FUNCTION relay_next(bigint, integer);
  -- Notes up to which number everything is sent, numbers what has been committed since, in the order of the outbox's own identity
  -- column, and answers what is still to be sent.
  CREATE FUNCTION relay_next(sent bigint, most integer)
  RETURNS TABLE (publish_seq bigint, message_id uuid, message text, traceparent text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ${settings} AS $$
  BEGIN
    UPDATE outbox_progress SET sent_seq = sent WHERE sent_seq < sent;
    -- A CTE, so that no plan can draw a number twice or in another order.
    WITH numbered AS MATERIALIZED (
      SELECT ${taken}, nextval('public.outbox_publish_seq') AS seq
      FROM (SELECT ${found} FROM outbox u WHERE u.publish_seq IS NULL ORDER BY u.id LIMIT most) c
    )
    UPDATE outbox o SET publish_seq = n.seq FROM numbered n WHERE ${isTheSame};
    RETURN QUERY SELECT o.publish_seq, o.message_id, o.message, o.traceparent FROM outbox o
      WHERE o.publish_seq > (SELECT sent_seq FROM outbox_progress) ORDER BY o.publish_seq LIMIT most;
  END $$;
  ${own('goal_relay', 'relay_next(bigint, integer)')}
`;
