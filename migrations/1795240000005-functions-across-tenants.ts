import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own } from '#migrations/row-level-security';

/**
 * What must look across all tenants, each a function that belongs to a role which may do just that. `pg_temp` stands last in
 * the search path: unnamed it would come first, and a caller's temporary table would be taken for ours.
 */
export class FunctionsAcrossTenants1795240000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(RELAY);
    await db.query(JOBS);
    await db.query(INTAKE);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION intake_dead_letter(uuid, text, text, text, text, bytea, timestamptz, timestamptz);
      DROP FUNCTION jobs_purge_dead_letters(timestamptz, integer), jobs_purge_idempotency_keys(timestamptz),
        jobs_elapsed_waits(timestamptz, integer), jobs_listeners(uuid, uuid, integer);
      DROP FUNCTION relay_purge(timestamptz, integer), relay_kept_from(timestamptz), relay_lost(bigint, timestamptz, integer),
        relay_mark(bigint[], timestamptz), relay_batch(integer);
      DROP POLICY intake ON dead_letters;
      DROP POLICY jobs ON workflow_goals;
      DROP POLICY jobs ON workflows;
      DROP POLICY jobs ON workflow_enrollments;
      DROP POLICY jobs ON workflow_pending_actions;
      DROP POLICY jobs ON idempotency_keys;
      DROP POLICY jobs ON dead_letters;
      DROP POLICY relay ON outbox;
      REVOKE ALL ON dead_letters FROM goal_intake;
      REVOKE ALL ON workflows, workflow_goals, workflow_enrollments, workflow_pending_actions, idempotency_keys, dead_letters
        FROM goal_jobs;
      REVOKE ALL ON outbox FROM goal_relay;
      REVOKE ALL ON SEQUENCE outbox_publish_seq FROM goal_relay;
    `);
  }
}

const RELAY = `
  CREATE POLICY relay ON outbox TO goal_relay USING (true);
  GRANT SELECT, UPDATE, DELETE ON outbox TO goal_relay;
  GRANT USAGE ON SEQUENCE outbox_publish_seq TO goal_relay;

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

const JOBS = `
  CREATE POLICY jobs ON workflows TO goal_jobs USING (true);
  CREATE POLICY jobs ON workflow_goals TO goal_jobs USING (true);
  CREATE POLICY jobs ON workflow_enrollments TO goal_jobs USING (true);
  CREATE POLICY jobs ON workflow_pending_actions TO goal_jobs USING (true);
  CREATE POLICY jobs ON idempotency_keys TO goal_jobs USING (true);
  CREATE POLICY jobs ON dead_letters TO goal_jobs USING (true);
  GRANT SELECT ON workflows, workflow_goals, workflow_enrollments, workflow_pending_actions TO goal_jobs;
  GRANT SELECT, DELETE ON idempotency_keys, dead_letters TO goal_jobs;

  -- The listeners that should be there, a page of workflows at a time.
  CREATE FUNCTION jobs_listeners(after_tenant uuid, after_workflow uuid, most integer)
  RETURNS TABLE (tenant_id uuid, workflow_id uuid, goals json)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.tenant_id, w.id, coalesce(json_agg(json_build_object('goal_id', g.id, 'goal_type', g.goal_type)
                                       ORDER BY g.position) FILTER (WHERE g.id IS NOT NULL), '[]')
    FROM (SELECT v.tenant_id, v.id FROM workflows v
          WHERE (v.tenant_id, v.id) > (after_tenant, after_workflow) AND v.status = 'active' AND v.deleted_at IS NULL
          ORDER BY v.tenant_id, v.id LIMIT most) w
    LEFT JOIN workflow_goals g ON g.tenant_id = w.tenant_id AND g.workflow_id = w.id AND g.is_active AND g.deleted_at IS NULL
    GROUP BY w.tenant_id, w.id ORDER BY w.tenant_id, w.id;
  $$;
  ${own('goal_jobs', 'jobs_listeners(uuid, uuid, integer)')}

  -- Open enrollments of active workflows whose last step is a wait that is over, with no other step unfinished.
  CREATE FUNCTION jobs_elapsed_waits(at timestamptz, most integer) RETURNS TABLE (tenant_id uuid, enrollment_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.tenant_id, a.enrollment_id FROM workflow_pending_actions a
    JOIN workflow_enrollments e ON e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND e.status = 'active'
    JOIN workflows w ON w.tenant_id = a.tenant_id AND w.id = a.workflow_id AND w.status = 'active' AND w.deleted_at IS NULL
    WHERE a.status = 'pending' AND a.action_type = 'wait' AND a.is_last AND a.scheduled_at <= at
      AND NOT EXISTS (SELECT 1 FROM workflow_pending_actions b
                      WHERE b.tenant_id = a.tenant_id AND b.enrollment_id = a.enrollment_id
                        AND b.status IN ('pending', 'claimed') AND (b.action_type <> 'wait' OR b.scheduled_at > at))
    ORDER BY a.scheduled_at LIMIT most;
  $$;
  ${own('goal_jobs', 'jobs_elapsed_waits(timestamptz, integer)')}

  CREATE FUNCTION jobs_purge_idempotency_keys(before timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM idempotency_keys WHERE created_at < before;
  $$;
  ${own('goal_jobs', 'jobs_purge_idempotency_keys(timestamptz)')}

  -- Removes the oldest of all tenants and of none, and answers how many.
  CREATE FUNCTION jobs_purge_dead_letters(before timestamptz, most integer) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
      DELETE FROM dead_letters WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM dead_letters d WHERE d.created_at < before ORDER BY d.created_at LIMIT most)) RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
  $$;
  ${own('goal_jobs', 'jobs_purge_dead_letters(timestamptz, integer)')}
`;

const INTAKE = `
  CREATE POLICY intake ON dead_letters TO goal_intake USING (tenant_id IS NULL) WITH CHECK (tenant_id IS NULL);
  -- DELETE for the operator, who takes this role on to look after them.
  GRANT SELECT, INSERT, DELETE ON dead_letters TO goal_intake;

  -- Keeps a message that names no tenant of ours.
  CREATE FUNCTION intake_dead_letter(id uuid, way text, origin text, reason text, detail text, raw bytea,
    received_at timestamptz, created_at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
    VALUES (NULL, $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING;
  $$;
  ${own('goal_intake', 'intake_dead_letter(uuid, text, text, text, text, bytea, timestamptz, timestamptz)')}
`;
