import type { MigrationInterface, QueryRunner } from 'typeorm';
import { build } from '#migrations/concurrently';
import { own } from '#migrations/row-level-security';

/**
 * What can be handed out is looked for among the steps that stand first, workflow by workflow: neither what waits behind another
 * step nor what belongs to a paused workflow is walked over (ADR 0086).
 */
export class WhatStandsFirst1795240000031 implements MigrationInterface {
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'ALTER TABLE workflow_pending_actions ADD COLUMN IF NOT EXISTS is_behind boolean NOT NULL DEFAULT false',
    );
    await db.query(`COMMENT ON COLUMN workflow_pending_actions.is_behind IS
      'An action before it is not finished. Where false, one may yet be: of rows older than this column.'`);
    await build(
      db,
      'pending_actions_first',
      `workflow_pending_actions (tenant_id, workflow_id, action_type, scheduled_at, id)
       WHERE status = 'pending' AND action_type <> 'wait' AND NOT is_behind`,
    );
    await build(
      db,
      'pending_actions_waits_left',
      `workflow_pending_actions (tenant_id, workflow_id, scheduled_at)
       WHERE status = 'pending' AND action_type = 'wait' AND is_last AND NOT is_behind`,
    );
    await db.query(elapsedWaits(AMONG_FIRST));
    await db.query('DROP INDEX CONCURRENTLY IF EXISTS pending_actions_due');
    await db.query('DROP INDEX CONCURRENTLY IF EXISTS pending_actions_last_waits');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(elapsedWaits(AMONG_ALL));
    await db.query(`
      CREATE INDEX pending_actions_due ON workflow_pending_actions (tenant_id, scheduled_at, id)
        WHERE status = 'pending' AND action_type <> 'wait';
      CREATE INDEX pending_actions_last_waits ON workflow_pending_actions (scheduled_at)
        WHERE status = 'pending' AND action_type = 'wait' AND is_last;
      ALTER TABLE workflow_pending_actions DROP COLUMN is_behind;
    `);
  }
}

const elapsedWaits = (statement: string): string => `
  DROP FUNCTION IF EXISTS jobs_elapsed_waits(timestamptz, integer);
  -- Open enrollments of active workflows whose last step is a wait that is over, with no other step unfinished.
  CREATE FUNCTION jobs_elapsed_waits(at timestamptz, most integer) RETURNS TABLE (tenant_id uuid, enrollment_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$${statement}$$;
  ${own('goal_jobs', 'jobs_elapsed_waits(timestamptz, integer)')}`;

const UNFINISHED = `
      AND NOT EXISTS (SELECT 1 FROM workflow_pending_actions b
                      WHERE b.tenant_id = a.tenant_id AND b.enrollment_id = a.enrollment_id
                        AND b.status IN ('pending', 'claimed') AND (b.action_type <> 'wait' OR b.scheduled_at > at))`;

const IS_LEFT = `a.status = 'pending' AND a.action_type = 'wait' AND a.is_last AND NOT a.is_behind`;

/** From one workflow that has such a wait to the next, each found by the index; then those of the active ones. */
const AMONG_FIRST = `
    WITH RECURSIVE waiting AS (
      (SELECT a.tenant_id, a.workflow_id FROM workflow_pending_actions a WHERE ${IS_LEFT}
       ORDER BY a.tenant_id, a.workflow_id LIMIT 1)
      UNION ALL
      SELECT n.tenant_id, n.workflow_id FROM waiting p, LATERAL (
        SELECT a.tenant_id, a.workflow_id FROM workflow_pending_actions a
        WHERE ${IS_LEFT} AND (a.tenant_id, a.workflow_id) > (p.tenant_id, p.workflow_id)
        ORDER BY a.tenant_id, a.workflow_id LIMIT 1) n
    )
    SELECT o.tenant_id, o.enrollment_id FROM waiting p
    JOIN workflows w ON w.tenant_id = p.tenant_id AND w.id = p.workflow_id AND w.status = 'active' AND w.deleted_at IS NULL,
    LATERAL (
      SELECT a.tenant_id, a.enrollment_id FROM workflow_pending_actions a
      WHERE a.tenant_id = p.tenant_id AND a.workflow_id = p.workflow_id AND ${IS_LEFT} AND a.scheduled_at <= at
        AND EXISTS (SELECT 1 FROM workflow_enrollments e
                    WHERE e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND (e.status = 'active') IS TRUE)${UNFINISHED}
      ORDER BY a.scheduled_at LIMIT most) o
    LIMIT most;`;

/** As it was, for the way back. */
const AMONG_ALL = `
    SELECT a.tenant_id, a.enrollment_id FROM workflow_pending_actions a
    JOIN workflow_enrollments e ON e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND e.status = 'active'
    JOIN workflows w ON w.tenant_id = a.tenant_id AND w.id = a.workflow_id AND w.status = 'active' AND w.deleted_at IS NULL
    WHERE a.status = 'pending' AND a.action_type = 'wait' AND a.is_last AND a.scheduled_at <= at${UNFINISHED}
    ORDER BY a.scheduled_at LIMIT most;
  `;
