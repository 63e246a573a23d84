import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/**
 * What was sent is a prefix of the numbers given out, so one number says it all: a row of the outbox is written twice in its
 * life (made, numbered) instead of three times (ADR 0061).
 */
export class OutboxSentUpTo1795240000015 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(DROP_BEFORE);
    await db.query(`
      CREATE TABLE outbox_progress (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        sent_seq bigint NOT NULL
      );
      INSERT INTO outbox_progress (sent_seq) SELECT coalesce(max(publish_seq), 0) FROM outbox WHERE published_at IS NOT NULL;
      GRANT SELECT, UPDATE ON outbox_progress TO goal_relay;
      DROP INDEX outbox_unpublished, outbox_published;
      ALTER TABLE outbox DROP COLUMN published_at;
      CREATE INDEX outbox_numbered ON outbox (publish_seq) WHERE publish_seq IS NOT NULL;
    `);
    await db.query(RELAY);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION relay_purge(timestamptz, integer), relay_kept_from(timestamptz), relay_lost(bigint, timestamptz, integer),
        relay_next(bigint, integer);
      ALTER TABLE outbox ADD COLUMN published_at timestamptz;
      UPDATE outbox SET published_at = created_at WHERE publish_seq <= (SELECT sent_seq FROM outbox_progress);
      ALTER TABLE outbox ADD CHECK (published_at IS NULL OR publish_seq IS NOT NULL);
      DROP INDEX outbox_numbered;
      CREATE INDEX outbox_unpublished ON outbox (publish_seq) WHERE publish_seq IS NOT NULL AND published_at IS NULL;
      CREATE INDEX outbox_published ON outbox (publish_seq) WHERE published_at IS NOT NULL;
      DROP TABLE outbox_progress;
    `);
    await db.query(RELAY_BEFORE);
  }
}

const DROP_BEFORE = `
  DROP FUNCTION relay_purge(timestamptz, integer), relay_kept_from(timestamptz), relay_lost(bigint, timestamptz, integer),
    relay_mark(bigint[], timestamptz), relay_batch(integer)`;

const RELAY = `
  -- Notes up to which number everything is sent, numbers what has been committed since, in the order of the outbox's own identity
  -- column, and answers what is still to be sent.
  CREATE FUNCTION relay_next(sent bigint, most integer) RETURNS TABLE (publish_seq bigint, message_id uuid, message text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    UPDATE outbox_progress SET sent_seq = sent WHERE sent_seq < sent;
    -- A CTE, so that no plan can draw a number twice or in another order.
    WITH numbered AS MATERIALIZED (
      SELECT c.tenant_id, c.id, nextval('public.outbox_publish_seq') AS seq
      FROM (SELECT u.tenant_id, u.id FROM outbox u WHERE u.publish_seq IS NULL ORDER BY u.id LIMIT most) c
    )
    UPDATE outbox o SET publish_seq = n.seq FROM numbered n WHERE o.tenant_id = n.tenant_id AND o.id = n.id;
    RETURN QUERY SELECT o.publish_seq, o.message_id, o.message FROM outbox o
      WHERE o.publish_seq > (SELECT sent_seq FROM outbox_progress) ORDER BY o.publish_seq LIMIT most;
  END $$;
  ${own('goal_relay', 'relay_next(bigint, integer)')}

  -- What was sent after a given entry and not before a given time: to be sent again when Redis has lost it.
  CREATE FUNCTION relay_lost(after_seq bigint, since timestamptz, most integer)
  RETURNS TABLE (publish_seq bigint, message_id uuid, message text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT publish_seq, message_id, message FROM outbox
    WHERE publish_seq > after_seq AND publish_seq <= (SELECT sent_seq FROM outbox_progress) AND created_at >= since
    ORDER BY publish_seq LIMIT most;
  $$;
  ${own('goal_relay', 'relay_lost(bigint, timestamptz, integer)')}

  -- The first entry that the stream keeps when it keeps what was made since a given time; null when nothing was ever sent.
  CREATE FUNCTION relay_kept_from(since timestamptz) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
      (SELECT publish_seq FROM outbox WHERE publish_seq <= p.sent_seq AND created_at >= since ORDER BY publish_seq LIMIT 1),
      p.sent_seq + 1) FROM outbox_progress p WHERE p.sent_seq > 0;
  $$;
  ${own('goal_relay', 'relay_kept_from(timestamptz)')}

  -- Looks at the first that were sent, removes those of them that are old enough, and answers how many. What was not sent stays.
  CREATE FUNCTION relay_purge(before timestamptz, most integer) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH first_sent AS (
      SELECT tenant_id, id FROM outbox WHERE publish_seq <= (SELECT sent_seq FROM outbox_progress) ORDER BY publish_seq LIMIT most
    ), gone AS (
      DELETE FROM outbox o USING first_sent f
      WHERE o.tenant_id = f.tenant_id AND o.id = f.id AND o.created_at < before RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
  $$;
  ${own('goal_relay', 'relay_purge(timestamptz, integer)')}
`;

/** As they were, for the way back. */
const RELAY_BEFORE = `
  -- Numbers what has been committed since, in the order of the outbox's own identity column, and answers what is still to be sent.
  CREATE FUNCTION relay_batch(most integer) RETURNS TABLE (publish_seq bigint, message_id uuid, message text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    -- A CTE, so that no plan can draw a number twice or in another order.
    WITH numbered AS MATERIALIZED (
      SELECT c.tenant_id, c.id, nextval('public.outbox_publish_seq') AS seq
      FROM (SELECT u.tenant_id, u.id FROM outbox u WHERE u.publish_seq IS NULL ORDER BY u.id LIMIT most) c
    )
    UPDATE outbox o SET publish_seq = n.seq FROM numbered n WHERE o.tenant_id = n.tenant_id AND o.id = n.id;
    RETURN QUERY SELECT p.publish_seq, p.message_id, p.message FROM outbox p
      WHERE p.publish_seq IS NOT NULL AND p.published_at IS NULL ORDER BY p.publish_seq LIMIT most;
  END $$;
  ${own('goal_relay', 'relay_batch(integer)')}

  CREATE FUNCTION relay_mark(seqs bigint[], at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE outbox SET published_at = at
    WHERE publish_seq = ANY (seqs) AND publish_seq IS NOT NULL AND published_at IS NULL;
  $$;
  ${own('goal_relay', 'relay_mark(bigint[], timestamptz)')}

  -- What was sent after a given entry and not before a given time: to be sent again when Redis has lost it.
  CREATE FUNCTION relay_lost(after_seq bigint, since timestamptz, most integer)
  RETURNS TABLE (publish_seq bigint, message_id uuid, message text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT publish_seq, message_id, message FROM outbox
    WHERE published_at IS NOT NULL AND publish_seq > after_seq AND created_at >= since ORDER BY publish_seq LIMIT most;
  $$;
  ${own('goal_relay', 'relay_lost(bigint, timestamptz, integer)')}

  -- The first entry that the stream keeps when it keeps what was made since a given time; null when nothing was ever sent.
  CREATE FUNCTION relay_kept_from(since timestamptz) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
      (SELECT publish_seq FROM outbox WHERE published_at IS NOT NULL AND created_at >= since ORDER BY publish_seq LIMIT 1),
      (SELECT max(publish_seq) + 1 FROM outbox WHERE published_at IS NOT NULL));
  $$;
  ${own('goal_relay', 'relay_kept_from(timestamptz)')}

  -- Looks at the first that were sent, removes those of them that are old enough, and answers how many. What was not sent stays.
  CREATE FUNCTION relay_purge(before timestamptz, most integer) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH first_sent AS (
      SELECT tenant_id, id FROM outbox WHERE published_at IS NOT NULL ORDER BY publish_seq LIMIT most
    ), gone AS (
      DELETE FROM outbox o USING first_sent f
      WHERE o.tenant_id = f.tenant_id AND o.id = f.id AND o.created_at < before RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
  $$;
  ${own('goal_relay', 'relay_purge(timestamptz, integer)')}
`;
