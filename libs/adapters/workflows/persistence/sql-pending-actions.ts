import { Injectable } from '@nestjs/common';
import type { PendingActionStatus } from '#domain/workflows/enrollment';
import type { PendingAction } from '#domain/workflows/pending-action';
import { ACTION_TYPES } from '#domain/workflows/steps';
import { Clock } from '#application/shared/tools';
import type { ClaimedActionView } from '#application/workflows/enrollment-views';
import type { Claim, PendingActions } from '#application/workflows/ports/pending-actions';
import { Database } from '#adapters/shared/persistence/database';
import { externalIdFor, firstUnfinished } from '#adapters/workflows/persistence/enrollment-sql';

/** A step `a` of workflow `$workflow` and kind `$kind` that is due, with no other action before it: what the index is of. */
const dueFirst = (workflow: string, kind: string): string =>
  `a.tenant_id = $1 AND a.workflow_id = ${workflow} AND a.action_type = ${kind} AND a.action_type <> 'wait'
     AND a.status = 'pending' AND NOT a.is_behind AND a.scheduled_at <= $2`;

/**
 * What can be claimed now. Of each active workflow and kind of action those in front, and who has waited longest first (ADR 0086, 0030).
 * Locks only what is free: whoever is held by a decision, an exit or another claimer comes next time.
 */
export const DUE_ACTIONS = `
  SELECT due.id FROM (
    SELECT w.id, k.kind FROM workflows w, unnest($4::text[]) AS k (kind), LATERAL (
      SELECT a.scheduled_at FROM workflow_pending_actions a WHERE ${dueFirst('w.id', 'k.kind')}
      ORDER BY a.scheduled_at, a.id LIMIT 1) front
    WHERE w.tenant_id = $1 AND w.status = 'active' AND w.deleted_at IS NULL
    ORDER BY front.scheduled_at
  ) queue, LATERAL (
    SELECT w.id FROM workflows w
    WHERE w.tenant_id = $1 AND w.id = queue.id AND w.status = 'active' AND w.deleted_at IS NULL FOR SHARE SKIP LOCKED
  ) held, LATERAL (
    SELECT a.id FROM workflow_pending_actions a
    JOIN workflow_enrollments e ON e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND (e.status = 'active') IS TRUE
    WHERE ${dueFirst('held.id', 'queue.kind')}
      AND ${firstUnfinished('a.enrollment_id', '$2', 'b.position < a.position')} IS NULL
    ORDER BY a.scheduled_at, a.id LIMIT $3 FOR UPDATE OF e, a SKIP LOCKED
  ) due
  LIMIT $3`;

/** What is due stands in an index in its order; told that sorting costs much, PostgreSQL reads along it and stops in time. */
export const IN_THE_ORDER_OF_THE_INDEX = `SELECT set_config('enable_sort', 'off', true)`;

interface HeldRow {
  readonly id: string;
  readonly workflow_id: string;
  readonly enrollment_id: string;
  readonly status: PendingActionStatus;
  readonly scheduled_at: string;
  readonly token: string | null;
  readonly lease_expires_at: string | null;
  readonly error: string | null;
  readonly finished_at: string | null;
}

@Injectable()
export class SqlPendingActions implements PendingActions {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async claim(tenantId: string, { limit, leaseSeconds, types, by }: Claim): Promise<readonly ClaimedActionView[]> {
    const now = this.clock.now();
    await this.takeBack(tenantId, now);
    await this.db.query(IN_THE_ORDER_OF_THE_INDEX);
    return this.db.query<ClaimedActionView>(
      `WITH due AS MATERIALIZED (${DUE_ACTIONS}), claimed AS (
         UPDATE workflow_pending_actions a
         SET status = 'claimed', token = gen_random_uuid(), claimed_by = $6, lease_expires_at = $5, attempts = a.attempts + 1
         FROM due WHERE a.tenant_id = $1 AND a.id = due.id RETURNING a.*
       )
       SELECT a.id, a.workflow_id, a.enrollment_id, a.action_type, a.config, a.scheduled_at,
         a.token, a.lease_expires_at, a.attempts,
         (SELECT ${externalIdFor('e')} FROM workflow_enrollments e
          WHERE e.tenant_id = a.tenant_id AND e.id = a.enrollment_id) AS contact_id
       FROM claimed a
       ORDER BY a.scheduled_at, a.id`,
      [tenantId, now, limit, [...new Set(types ?? ACTION_TYPES)], new Date(now.getTime() + leaseSeconds * 1000), by],
    );
  }

  /** Leases that have run out: the steps are pending again and their old tokens hold nothing. */
  private async takeBack(tenantId: string, now: Date): Promise<void> {
    await this.db.query(
      `UPDATE workflow_pending_actions a SET status = 'pending', token = NULL, lease_expires_at = NULL
       FROM (SELECT id FROM workflow_pending_actions
             WHERE tenant_id = $1 AND status = 'claimed' AND lease_expires_at <= $2
             ORDER BY lease_expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED) expired
       WHERE a.tenant_id = $1 AND a.id = expired.id`,
      [tenantId, now],
    );
  }

  /** Workflow, enrollment, action: the order in which everybody takes them. */
  async hold(tenantId: string, id: string): Promise<PendingAction | null> {
    const [owner] = await this.db.query<{ workflow_id: string; enrollment_id: string }>(
      'SELECT workflow_id, enrollment_id FROM workflow_pending_actions WHERE tenant_id = $1 AND id = $2',
      [tenantId, id],
    );
    if (!owner) return null;
    await this.db.query('SELECT 1 FROM workflows WHERE tenant_id = $1 AND id = $2 FOR SHARE', [
      tenantId,
      owner.workflow_id,
    ]);
    await this.db.query('SELECT 1 FROM workflow_enrollments WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [
      tenantId,
      owner.enrollment_id,
    ]);
    const [row] = await this.db.query<HeldRow>(
      `SELECT id, workflow_id, enrollment_id, status, scheduled_at, token, lease_expires_at, error, finished_at
       FROM workflow_pending_actions WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
      [tenantId, id],
    );
    return row ? held(row) : null;
  }

  async save(tenantId: string, action: PendingAction): Promise<void> {
    const { id, status, scheduledAt, token, leaseExpiresAt, error, finishedAt } = action;
    await this.db.query(
      `UPDATE workflow_pending_actions
       SET status = $3, scheduled_at = $4, token = $5, lease_expires_at = $6, error = $7, finished_at = $8
       WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id, status, scheduledAt, token, leaseExpiresAt, error, finishedAt],
    );
    if (status === 'completed') await this.bringForward(tenantId, action.enrollmentId);
  }

  /** The next action of an enrollment, and the waits before it, have no unfinished action before them any more. */
  private async bringForward(tenantId: string, enrollmentId: string): Promise<void> {
    await this.db.query(
      `UPDATE workflow_pending_actions a SET is_behind = false
       WHERE a.tenant_id = $1 AND a.enrollment_id = $2 AND a.is_behind AND a.position <= coalesce((
         SELECT b.position FROM workflow_pending_actions b
         WHERE b.tenant_id = $1 AND b.enrollment_id = $2 AND b.status IN ('pending', 'claimed') AND b.action_type <> 'wait'
         ORDER BY b.position LIMIT 1), a.position)`,
      [tenantId, enrollmentId],
    );
  }
}

const time = (text: string | null): Date | null => (text === null ? null : new Date(text));

const held = (row: HeldRow): PendingAction => ({
  id: row.id,
  workflowId: row.workflow_id,
  enrollmentId: row.enrollment_id,
  status: row.status,
  scheduledAt: new Date(row.scheduled_at),
  token: row.token,
  leaseExpiresAt: time(row.lease_expires_at),
  error: row.error,
  finishedAt: time(row.finished_at),
});
