import { Injectable } from '@nestjs/common';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import { Clock } from '#application/shared/tools';
import type { EnrollmentEndings, Ending, OpenEnrollments } from '#application/workflows/ports/enrollment-endings';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { firstUnfinished, isFinished } from '#adapters/workflows/persistence/enrollment-sql';
import { addToCounters } from '#adapters/workflows/persistence/counters';

/** `contact_id` is the inner one. */
interface HeldEnrollment {
  readonly id: string;
  readonly workflow_id: string;
  readonly contact_id: string;
}

/** What an end without a goal is called outside (API, *Messages going out*); `exit_reason` tells who or what ended it. */
const FACT_OF: Readonly<Record<Ending['status'], WorkflowFact>> = {
  exited: 'workflow.exit.manual',
  completed: 'workflow.completed',
  failed: 'workflow.failed',
};

/** A workflow may have very many: each statement stays far below its time limit. */
const AT_ONCE = 2_000;

@Injectable()
export class SqlEnrollmentEndings implements EnrollmentEndings {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async end(tenantId: string, which: OpenEnrollments, how: Ending): Promise<number> {
    const now = this.clock.now();
    const held = await this.hold(tenantId, which, now);
    for (let at = 0; at < held.length; at += AT_ONCE) {
      await this.write(tenantId, held.slice(at, at + AT_ONCE), how, now);
    }
    addToCounters(
      this.db,
      held.map(({ workflow_id }) => ({
        tenant_id: tenantId,
        workflow_id,
        at: now.toISOString(),
        counter: 'ended',
        value: 1,
      })),
    );
    return held.length;
  }

  /** Locks workflows, then enrollments, each in the order of their ids; what they are is judged again under the lock. */
  private async hold(tenantId: string, which: OpenEnrollments, now: Date): Promise<HeldEnrollment[]> {
    const parameters: unknown[] = [tenantId];
    const bind = (value: unknown): string => `$${String(parameters.push(value))}`;
    const contacts = which.contactIds && (await this.innerIds(tenantId, which.contactIds));
    const open = `FROM workflow_enrollments e WHERE ${conditions(which, contacts, now, bind).join(' AND ')}`;
    const found = await this.db.query<{ workflow_id: string }>(`SELECT DISTINCT e.workflow_id ${open}`, parameters);
    if (found.length === 0) return [];
    const workflows = await this.db.query<{ id: string }>(
      `SELECT id FROM workflows WHERE tenant_id = $1 AND id = ANY ($2)
         ${which.inActiveWorkflow ? `AND status = 'active' AND deleted_at IS NULL` : ''} ORDER BY id FOR SHARE`,
      [tenantId, found.map(({ workflow_id }) => workflow_id)],
    );
    return this.db.query<HeldEnrollment>(
      `SELECT e.id, e.workflow_id, e.contact_id ${open} AND e.workflow_id = ANY (${bind(workflows.map(({ id }) => id))})
       ORDER BY e.id FOR UPDATE`,
      parameters,
    );
  }

  private async innerIds(tenantId: string, externalIds: readonly string[]): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      'SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = ANY ($2)',
      [tenantId, externalIds],
    );
    return rows.map(({ id }) => id);
  }

  private async write(tenantId: string, held: readonly HeldEnrollment[], how: Ending, now: Date): Promise<void> {
    const ids = held.map(({ id }) => id);
    await this.db.query(
      `UPDATE workflow_enrollments SET status = $3, exit_reason = $4, exited_at = $5 WHERE tenant_id = $1 AND id = ANY ($2)`,
      [tenantId, ids, how.status, how.reason, now],
    );
    const stopped = await this.db.query<{ enrollment_id: string; status: string }>(
      `UPDATE workflow_pending_actions a SET
         status = CASE WHEN ${isFinished('a', '$3')} THEN 'completed' ELSE 'cancelled' END,
         finished_at = CASE WHEN ${isFinished('a', '$3')} THEN a.scheduled_at ELSE $3 END
       WHERE a.tenant_id = $1 AND a.enrollment_id = ANY ($2) AND a.status IN ('pending', 'claimed')
       RETURNING a.enrollment_id, a.status`,
      [tenantId, ids, now],
    );
    const contacts = await this.db.query<{ id: string; external_id: string }>(
      'SELECT id, external_id FROM contacts WHERE tenant_id = $1 AND id = ANY ($2)',
      [tenantId, held.map(({ contact_id }) => contact_id)],
    );
    const externalIds = new Map(contacts.map(({ id, external_id }) => [id, external_id]));
    const cancelled = countsOf(stopped.filter(({ status }) => status === 'cancelled'));
    await this.journal.write(
      ids.map((id) => auditOf(id, how, now)),
      held.map((one) => factOf(one, externalIds.get(one.contact_id), cancelled.get(one.id) ?? 0, how)),
    );
  }
}

const countsOf = (actions: readonly { readonly enrollment_id: string }[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { enrollment_id } of actions) counts.set(enrollment_id, (counts.get(enrollment_id) ?? 0) + 1);
  return counts;
};

/** About an enrollment `e`, with the tenant as `$1`; `contacts` are inner ids. */
const conditions = (
  which: OpenEnrollments,
  contacts: readonly string[] | undefined,
  now: Date,
  bind: (value: unknown) => string,
): string[] => [
  `e.tenant_id = $1 AND e.status = 'active'`,
  ...(which.ids ? [`e.id = ANY (${bind(which.ids)})`] : []),
  ...(which.workflowId ? [`e.workflow_id = ${bind(which.workflowId)}`] : []),
  ...(contacts ? [`e.contact_id = ANY (${bind(contacts)})`] : []),
  ...(which.enrolledBefore ? [`e.enrolled_at < ${bind(which.enrolledBefore)}`] : []),
  ...(which.allStepsFinished ? [`${firstUnfinished('e.id', bind(now))} IS NULL`] : []),
];

const auditOf = (id: string, { status, reason }: Ending, now: Date) => ({
  action: FACT_OF[status],
  entityType: 'enrollment',
  entityId: id,
  changes: {
    status: { old: 'active', new: status },
    exited_at: { old: null, new: now },
    ...(reason !== null && { exit_reason: { old: null, new: reason } }),
  },
});

const factOf = (
  { id, workflow_id }: HeldEnrollment,
  contactId: string | undefined,
  cancelled: number,
  { status, reason }: Ending,
) => ({
  type: FACT_OF[status],
  details: { workflow_id, enrollment_id: id, contact_id: contactId, exit_reason: reason, cancelled_actions: cancelled },
});
