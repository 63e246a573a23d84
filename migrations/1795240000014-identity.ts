import type { MigrationInterface, QueryRunner } from 'typeorm';
import { own, protect } from '#migrations/row-level-security';

/** Accounts, what they log in with, who was asked to join, and keys of programs (SPEC 7, issue "Identity"). */
export class Identity1795240000014 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(LOGIN_ROLE);
    await db.query(ACCOUNTS);
    await db.query(CREDENTIALS);
  }

  /** The role stays: other databases of the server may use it. Accounts without an address cannot be kept. */
  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION login_find(text);
      DROP POLICY login ON users;
      REVOKE ALL ON users FROM goal_login;
      REVOKE USAGE ON SCHEMA public FROM goal_login;
      DROP TABLE api_keys, invitations, sessions;
      DROP INDEX users_external, users_by_time;
      DELETE FROM users WHERE email IS NULL;
      ALTER TABLE users ALTER COLUMN email SET NOT NULL, DROP COLUMN password_hash, DROP COLUMN status,
        DROP COLUMN email_confirmed_at, DROP COLUMN issuer, DROP COLUMN external_id, DROP COLUMN version,
        DROP COLUMN created_by, DROP COLUMN updated_by;
      ALTER TABLE tenants DROP COLUMN settings;
    `);
  }
}

const LOGIN_ROLE = `
  DO $$ BEGIN CREATE ROLE goal_login NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
  GRANT USAGE ON SCHEMA public TO goal_login;
  -- Who hands functions to a role must be a member of it.
  DO $$ BEGIN EXECUTE format('GRANT goal_login TO %I', current_user);
  EXCEPTION WHEN unique_violation OR SQLSTATE 'XX000' THEN NULL; END $$;`;

const ACCOUNTS = `
  ALTER TABLE tenants ADD COLUMN settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object');

  ALTER TABLE users
    ALTER COLUMN email DROP NOT NULL,
    ADD COLUMN password_hash text,
    ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    ADD COLUMN email_confirmed_at timestamptz,
    ADD COLUMN issuer text CHECK (length(issuer) BETWEEN 1 AND 500),
    ADD COLUMN external_id text CHECK (length(external_id) BETWEEN 1 AND 500),
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN created_by uuid,
    ADD COLUMN updated_by uuid,
    ADD CHECK ((issuer IS NULL) = (external_id IS NULL)),
    ADD CHECK (email IS NOT NULL OR external_id IS NOT NULL);
  COMMENT ON COLUMN users.external_id IS 'sub in the tokens of another issuer; our own id is a UUID.';
  CREATE UNIQUE INDEX users_external ON users (tenant_id, issuer, external_id);
  CREATE INDEX users_by_time ON users (tenant_id, created_at DESC, id DESC);

  -- Before somebody has logged in, no tenant is known: an address alone leads to it, and to nothing else.
  CREATE POLICY login ON users FOR SELECT TO goal_login USING (true);
  GRANT SELECT ON users TO goal_login;
  CREATE FUNCTION login_find(address text) RETURNS TABLE (tenant_id uuid, user_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.tenant_id, u.id FROM users u WHERE lower(u.email) = lower(address);
  $$;
  ${own('goal_login', 'login_find(text)')}
`;

const CREDENTIALS = `
  CREATE TABLE sessions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text CHECK (ended_by IN ('logout', 'password', 'reuse')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
  );
  COMMENT ON TABLE sessions IS 'One login and every refresh token that follows from it: the family. Only the latest generation is good.';
  CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id);
  ${protect('sessions')}
  GRANT SELECT, INSERT, UPDATE ON sessions TO goal_app;

  CREATE TABLE invitations (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
    role text NOT NULL CHECK (role IN ('Owner', 'Admin', 'Editor', 'Viewer')),
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (tenant_id, id)
  );
  COMMENT ON COLUMN invitations.secret_hash IS 'SHA-256 of the secret in the token; the token itself is mailed or answered once.';
  ${protect('invitations')}
  GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO goal_app;

  CREATE TABLE api_keys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id) ON DELETE CASCADE
  );
  COMMENT ON COLUMN api_keys.created_by IS 'As whom the key acts: it may do what stands in its scopes and this member may do themselves.';
  CREATE INDEX api_keys_of_maker ON api_keys (tenant_id, created_by);
  CREATE INDEX api_keys_by_time ON api_keys (tenant_id, created_at DESC, id DESC);
  ${protect('api_keys')}
  GRANT SELECT, INSERT, UPDATE ON api_keys TO goal_app;
`;
