import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import { Clock } from '#application/shared/tools';
import { achievementView, type AchievementView } from '#application/workflows/achievements';
import {
  contactView,
  enrollmentView,
  pendingActionView,
  type ContactView,
  type EnrollmentView,
  type PendingActionView,
} from '#application/workflows/enrollment-views';
import type { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { enrollmentListing } from '#application/workflows/queries/list-enrollments';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { externalIdFor, firstUnfinished, isFinished } from '#adapters/workflows/persistence/enrollment-sql';

/** `waiting` while the next unfinished step lies in the future; `now` is a placeholder. */
const statusAt = (now: string): string =>
  `CASE WHEN e.status = 'active' AND ${firstUnfinished('e.id', now)} > ${now} THEN 'waiting' ELSE e.status END`;

const enrollmentColumns = (now: string): string =>
  columnsOf(enrollmentView, 'e', { contact_id: externalIdFor('e'), status: statusAt(now) });

/** With the time as `$3`. */
const ACTION = columnsOf(pendingActionView, 'a', {
  status: `CASE WHEN a.status = 'claimed' AND a.lease_expires_at <= $3 THEN 'pending'
    WHEN a.status = 'pending' AND ${isFinished('a', '$3')} THEN 'completed' ELSE a.status END`,
  lease_expires_at: `CASE WHEN a.status = 'claimed' AND a.lease_expires_at > $3 THEN a.lease_expires_at END`,
  finished_at: `CASE WHEN a.status = 'pending' AND ${isFinished('a', '$3')} THEN a.scheduled_at ELSE a.finished_at END`,
});

@Injectable()
export class SqlEnrollmentReadModel implements EnrollmentReadModel {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async enrollments(tenantId: string, ids: readonly string[]): Promise<readonly EnrollmentView[]> {
    if (ids.length === 0) return [];
    return this.db.query<EnrollmentView>(
      `SELECT ${enrollmentColumns('$3')} FROM workflow_enrollments e WHERE e.tenant_id = $1 AND e.id = ANY ($2)`,
      [tenantId, ids, this.clock.now()],
    );
  }

  ofWorkflow(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<EnrollmentView>> {
    return readPage(
      this.db,
      enrollmentListing,
      {
        from: 'workflow_enrollments e',
        columns: enrollmentColumns('$3'),
        // The count asks for no status, yet every parameter must have a type.
        where: ['e.tenant_id = $1', 'e.workflow_id = $2', '$3::timestamptz IS NOT NULL'],
        parameters: [tenantId, workflowId, this.clock.now()],
        id: 'e.id',
        sorted: { created_at: 'e.created_at', enrolled_at: 'e.enrolled_at', exited_at: 'e.exited_at' },
        filtered: {
          status: (values) => `${statusAt('$3')} = ANY (${values})`,
          contact_id: (values) =>
            `e.contact_id IN (SELECT c.id FROM contacts c WHERE c.tenant_id = $1 AND c.external_id = ANY (${values}))`,
          enrolled_before: (values) => `e.enrolled_at < (${values}::timestamptz[])[1]`,
          enrolled_after: (values) => `e.enrolled_at > (${values}::timestamptz[])[1]`,
        },
      },
      page,
    );
  }

  actions(tenantId: string, enrollmentId: string): Promise<PendingActionView[]> {
    return this.db.query<PendingActionView>(
      `SELECT ${ACTION} FROM workflow_pending_actions a WHERE a.tenant_id = $1 AND a.enrollment_id = $2 ORDER BY a.position`,
      [tenantId, enrollmentId, this.clock.now()],
    );
  }

  async action(tenantId: string, id: string): Promise<PendingActionView | null> {
    const [row] = await this.db.query<PendingActionView>(
      `SELECT ${ACTION} FROM workflow_pending_actions a WHERE a.tenant_id = $1 AND a.id = $2`,
      [tenantId, id, this.clock.now()],
    );
    return row ?? null;
  }

  achievements(tenantId: string, enrollmentId: string): Promise<AchievementView[]> {
    return this.db.query<AchievementView>(
      `SELECT ${columnsOf(achievementView, 'h', { contact_id: externalIdFor('h') })} FROM workflow_goal_achievements h
       WHERE h.tenant_id = $1 AND h.enrollment_id = $2 ORDER BY h.achieved_at, h.id`,
      [tenantId, enrollmentId],
    );
  }

  async contact(tenantId: string, contactId: string): Promise<ContactView | null> {
    const [row] = await this.db.query<ContactView>(
      `SELECT ${columnsOf(contactView, 'c', { contact_id: 'c.external_id' })} FROM contacts c
       WHERE c.tenant_id = $1 AND c.external_id = $2`,
      [tenantId, contactId],
    );
    return row ?? null;
  }
}
