import { Injectable } from '@nestjs/common';
import { shownStatus, type StoredStatus } from '#domain/workflows/enrollment';
import type { ExplainedEnrollment } from '#domain/workflows/explain';
import type { Explained, ExplainedEnrollments } from '#application/workflows/ports/explained-enrollments';
import { Database } from '#adapters/shared/persistence/database';

interface Row {
  readonly id: string;
  readonly contact_id: string | null;
  readonly status: StoredStatus;
  readonly enrolled_at: string;
  readonly next_at: string | null;
  readonly achieved: readonly string[];
}

@Injectable()
export class SqlExplainedEnrollments implements ExplainedEnrollments {
  constructor(private readonly db: Database) {}

  async find(
    tenantId: string,
    workflowId: string,
    which: Explained,
    now: Date,
  ): Promise<(ExplainedEnrollment & { readonly id: string }) | null> {
    const [condition, value] =
      'enrollmentId' in which ? ['e.id = $3', which.enrollmentId] : ['c.external_id = $3', which.contactId];
    const [row] = await this.db.query<Row>(
      `SELECT e.id, c.external_id AS contact_id, e.status, e.enrolled_at,
         (SELECT a.scheduled_at FROM workflow_pending_actions a
          WHERE a.tenant_id = e.tenant_id AND a.enrollment_id = e.id AND a.status IN ('pending', 'claimed')
            AND NOT (a.action_type = 'wait' AND a.scheduled_at <= $4)
          ORDER BY a.position LIMIT 1) AS next_at,
         ARRAY(SELECT h.workflow_goal_id FROM workflow_goal_achievements h
               WHERE h.tenant_id = e.tenant_id AND h.enrollment_id = e.id) AS achieved
       FROM workflow_enrollments e JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
       WHERE e.tenant_id = $1 AND e.workflow_id = $2 AND ${condition}
       ORDER BY (e.status = 'active') DESC, e.enrolled_at DESC, e.id DESC LIMIT 1`,
      [tenantId, workflowId, value, now],
    );
    return row ? explained(tenantId, row, now) : null;
  }
}

const explained = (tenantId: string, row: Row, now: Date): ExplainedEnrollment & { readonly id: string } => ({
  id: row.id,
  tenantId,
  contactId: row.contact_id,
  status: shownStatus(row.status, row.next_at === null ? null : new Date(row.next_at), now),
  enrolledAt: new Date(row.enrolled_at),
  achievedGoalIds: new Set(row.achieved),
});
