import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own, protect } from '#migrations/row-level-security';

export class Notifications1795240000012 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(NOTIFICATIONS);
    await db.query(DELIVERIES);
    await db.query(SCHEDULES);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION jobs_tenants(uuid, integer), jobs_finish_run(text, date, timestamptz),
        jobs_claim_run(text, date, timestamptz, timestamptz), jobs_claim_deliveries(timestamptz, timestamptz, integer);
      DROP POLICY jobs ON tenants;
      REVOKE ALL ON tenants FROM goal_jobs;
      DROP TABLE schedule_runs, notification_deliveries, notification_settings, notifications;
    `);
  }
}

const KINDS = `('task_assigned', 'task_ready', 'goal_achieved', 'goal_missed', 'task_due_tomorrow', 'goal_off_track')`;

const NOTIFICATIONS = `
  CREATE TABLE notifications (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ${KINDS}),
    details jsonb NOT NULL,
    source_key text NOT NULL CHECK (length(source_key) BETWEEN 1 AND 200),
    in_inbox boolean NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, user_id, source_key)
  );
  COMMENT ON COLUMN notifications.source_key IS
    'The outgoing event, or day, kind and subject, that it comes from: the same is told to a person once.';
  COMMENT ON COLUMN notifications.in_inbox IS 'false: its reader wants it by other channels only.';
  CREATE INDEX notifications_inbox ON notifications (tenant_id, user_id, created_at DESC, id DESC) WHERE in_inbox;
  CREATE INDEX notifications_unread ON notifications (tenant_id, user_id) WHERE in_inbox AND read_at IS NULL;
  ${protect('notifications')}
  GRANT SELECT, INSERT, UPDATE ON notifications TO goal_app;

  CREATE TABLE notification_settings (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ${KINDS}),
    channel text NOT NULL CHECK (channel IN ('inbox', 'email')),
    enabled boolean NOT NULL,
    PRIMARY KEY (tenant_id, user_id, kind, channel)
  );
  COMMENT ON TABLE notification_settings IS 'Switches that were ever set; the others stand as the code has them.';
  ${protect('notification_settings')}
  GRANT SELECT, INSERT, UPDATE ON notification_settings TO goal_app;
`;

const DELIVERIES = `
  CREATE TABLE notification_deliveries (
    tenant_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email')),
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
    attempts integer NOT NULL CHECK (attempts >= 0),
    next_at timestamptz NOT NULL,
    claimed_until timestamptz,
    last_error text,
    PRIMARY KEY (tenant_id, notification_id, channel),
    FOREIGN KEY (tenant_id, notification_id) REFERENCES notifications (tenant_id, id) ON DELETE CASCADE
  );
  COMMENT ON COLUMN notification_deliveries.claimed_until IS 'Until then one worker sends it; after that it has died.';
  CREATE INDEX notification_deliveries_due ON notification_deliveries (next_at) WHERE state = 'pending';
  ${protect('notification_deliveries')}
  GRANT SELECT, INSERT, UPDATE ON notification_deliveries TO goal_app;

  CREATE POLICY jobs ON notification_deliveries TO goal_jobs USING (true);
  GRANT SELECT, UPDATE ON notification_deliveries TO goal_jobs;

  -- Leases what is due and in nobody's hands to one worker; no two are given the same.
  CREATE FUNCTION jobs_claim_deliveries(at timestamptz, until timestamptz, most integer)
  RETURNS TABLE (tenant_id uuid, notification_id uuid, channel text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE notification_deliveries d SET claimed_until = until
    FROM (SELECT p.tenant_id, p.notification_id, p.channel FROM notification_deliveries p
          WHERE p.state = 'pending' AND p.next_at <= at AND coalesce(p.claimed_until, '-infinity') <= at
          ORDER BY p.next_at LIMIT most FOR UPDATE SKIP LOCKED) due
    WHERE d.tenant_id = due.tenant_id AND d.notification_id = due.notification_id AND d.channel = due.channel
    RETURNING d.tenant_id, d.notification_id, d.channel;
  $$;
  ${own('goal_jobs', 'jobs_claim_deliveries(timestamptz, timestamptz, integer)')}
`;

const SCHEDULES = `
  CREATE TABLE schedule_runs (
    schedule text NOT NULL,
    day date NOT NULL,
    claimed_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (schedule, day)
  );
  COMMENT ON TABLE schedule_runs IS 'Of no tenant: which day''s work of a schedule is claimed by a worker, and done.';
  GRANT SELECT, INSERT, UPDATE ON schedule_runs TO goal_jobs;

  -- Whether the caller is to do a day's work: nobody has begun it, or who did has not finished and began before a given time.
  CREATE FUNCTION jobs_claim_run(name text, which date, at timestamptz, dead_before timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH claimed AS (
      INSERT INTO schedule_runs AS r (schedule, day, claimed_at) VALUES (name, which, at)
      ON CONFLICT (schedule, day) DO UPDATE SET claimed_at = excluded.claimed_at
        WHERE r.finished_at IS NULL AND r.claimed_at <= dead_before
      RETURNING 1
    )
    SELECT EXISTS (SELECT FROM claimed);
  $$;
  ${own('goal_jobs', 'jobs_claim_run(text, date, timestamptz, timestamptz)')}

  CREATE FUNCTION jobs_finish_run(name text, which date, at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE schedule_runs SET finished_at = at WHERE schedule = name AND day = which AND finished_at IS NULL;
  $$;
  ${own('goal_jobs', 'jobs_finish_run(text, date, timestamptz)')}

  CREATE POLICY jobs ON tenants TO goal_jobs USING (true);
  GRANT SELECT ON tenants TO goal_jobs;

  -- Every tenant, a page at a time.
  CREATE FUNCTION jobs_tenants(behind uuid, most integer) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.id FROM tenants t WHERE t.id > behind ORDER BY t.id LIMIT most;
  $$;
  ${own('goal_jobs', 'jobs_tenants(uuid, integer)')}
`;
