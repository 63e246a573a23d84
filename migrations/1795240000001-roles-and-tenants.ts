import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

const ROLES = ['goal_app', 'goal_relay', 'goal_jobs', 'goal_intake'];

/** Roles are the server's, not the database's: another database may have made them already, or be making them right now. */
const createRole = (role: string): string => `
  DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
  GRANT USAGE ON SCHEMA public TO ${role};`;

/** Who hands functions to a role must be a member of it, also where having made the role gives no right to become it (PostgreSQL 16). */
const beMemberOf = (role: string): string => `
  DO $$ BEGIN EXECUTE format('GRANT ${role} TO %I', current_user);
  EXCEPTION WHEN unique_violation OR SQLSTATE 'XX000' THEN NULL; END $$;`;

export class RolesAndTenants1795240000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    for (const role of ROLES) await db.query(createRole(role));
    for (const role of ROLES.filter((name) => name !== 'goal_app')) await db.query(beMemberOf(role));
    await db.query(`
      CREATE TABLE tenants (
        id uuid PRIMARY KEY,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        goals_version bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      COMMENT ON COLUMN tenants.goals_version IS
        'Raised by every change of workflow goals, goal logic or workflow status, in its own transaction: tells an index of active goals that it is stale.';
      ${protect('tenants', 'id')}
      GRANT SELECT, INSERT, UPDATE ON tenants TO goal_app;

      CREATE TABLE users (
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        id uuid NOT NULL,
        email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        role text NOT NULL CHECK (role IN ('Owner', 'Admin', 'Editor', 'Viewer')),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id)
      );
      CREATE UNIQUE INDEX users_email ON users (lower(email));
      ${protect('users')}
      GRANT SELECT, INSERT, UPDATE, DELETE ON users TO goal_app;
    `);
    await db.query(`GRANT SELECT ON migrations TO goal_app`);
  }

  /** The roles stay: other databases of the server may use them. */
  async down(db: QueryRunner): Promise<void> {
    await db.query(`REVOKE SELECT ON migrations FROM goal_app`);
    await db.query(`DROP TABLE users, tenants`);
  }
}
