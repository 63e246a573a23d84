import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

export class AuditOutboxIdempotencyDeadLetters1795240000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Neither this table nor the outbox refers to the tenant: what they speak of does, and each check would lock its row again.
      CREATE TABLE audit_log (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        action text NOT NULL,
        entity_type text NOT NULL,
        entity_id uuid NOT NULL,
        actor_id uuid,
        changes jsonb NOT NULL DEFAULT '{}',
        request_id text,
        PRIMARY KEY (tenant_id, id)
      );
      COMMENT ON COLUMN audit_log.actor_id IS 'null: the service itself';
      CREATE INDEX audit_log_of_entity ON audit_log (tenant_id, entity_type, entity_id, occurred_at DESC, id DESC);
      ${protect('audit_log')}
      GRANT SELECT, INSERT ON audit_log TO goal_app;

      CREATE TABLE outbox (
        tenant_id uuid NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        message_id uuid NOT NULL,
        message text NOT NULL,
        created_at timestamptz NOT NULL,
        publish_seq bigint,
        published_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        CHECK (published_at IS NULL OR publish_seq IS NOT NULL)
      );
      CREATE INDEX outbox_unassigned ON outbox (id) WHERE publish_seq IS NULL;
      CREATE INDEX outbox_unpublished ON outbox (publish_seq) WHERE publish_seq IS NOT NULL AND published_at IS NULL;
      CREATE INDEX outbox_published ON outbox (publish_seq) WHERE published_at IS NOT NULL;
      CREATE SEQUENCE outbox_publish_seq;
      ${protect('outbox')}
      GRANT SELECT, INSERT ON outbox TO goal_app;

      CREATE TABLE idempotency_keys (
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        caller text NOT NULL,
        key text NOT NULL,
        request_hash text NOT NULL,
        answer json NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, caller, key)
      );
      CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
      ${protect('idempotency_keys')}
      GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO goal_app;

      CREATE TABLE dead_letters (
        tenant_id uuid REFERENCES tenants (id),
        id uuid NOT NULL,
        way text NOT NULL CHECK (way IN ('stream', 'pubsub', 'request')),
        origin text NOT NULL,
        reason text NOT NULL,
        detail text NOT NULL,
        raw bytea NOT NULL,
        received_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE NULLS NOT DISTINCT (tenant_id, id),
        UNIQUE NULLS NOT DISTINCT (tenant_id, origin)
      );
      COMMENT ON COLUMN dead_letters.tenant_id IS 'null: the message names no tenant of ours; for the operator only';
      COMMENT ON COLUMN dead_letters.origin IS 'where it came from (stream and entry id), so that a redelivery is not written twice';
      CREATE INDEX dead_letters_created ON dead_letters (tenant_id, created_at DESC, id DESC);
      CREATE INDEX dead_letters_age ON dead_letters (created_at);
      ${protect('dead_letters')}
      GRANT SELECT, INSERT, DELETE ON dead_letters TO goal_app;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE dead_letters, idempotency_keys, outbox, audit_log`);
    await db.query(`DROP SEQUENCE outbox_publish_seq`);
  }
}
