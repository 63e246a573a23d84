import { Injectable } from '@nestjs/common';
import { Clock } from '#application/shared/tools';
import type { EnrollmentEndings, Ending, OpenEnrollments } from '#application/workflows/ports/enrollment-endings';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { isFinished } from '#adapters/workflows/persistence/enrollment-sql';
import { addToCounters } from '#adapters/workflows/persistence/counters';

/** `contact_id` is the inner one. */
interface HeldEnrollment {
  readonly id: string;
  readonly workflow_id: string;
  readonly contact_id: string;
}

/** What an end without a goal is called outside (API, *Messages going out*); `exit_reason` tells who or what ended it. */
const FACT_OF = { exited: 'workflow.exit.manual', completed: 'workflow.completed', failed: 'workflow.failed' } as const;

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
    await addToCounters(
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
    const open = `${source(which, bind)} WHERE ${conditions(which, now, bind).join(' AND ')}`;
    const workflows = await this.db.query<{ id: string }>(
      `SELECT w.id FROM workflows w
       WHERE w.tenant_id = $1 AND w.id = ANY (ARRAY(SELECT DISTINCT e.workflow_id FROM ${open}))
         ${which.inActiveWorkflow ? `AND w.status = 'active' AND w.deleted_at IS NULL` : ''}
       ORDER BY w.id FOR SHARE`,
      parameters,
    );
    if (workflows.length === 0) return [];
    return this.db.query(
      `SELECT h.id, h.workflow_id, h.contact_id
       FROM (SELECT DISTINCT e.id FROM ${open} AND e.workflow_id = ANY (${bind(workflows.map(({ id }) => id))}) ORDER BY e.id) k,
       LATERAL (SELECT id, workflow_id, contact_id, status FROM workflow_enrollments
                WHERE tenant_id = $1 AND id = k.id OFFSET 0 FOR UPDATE) h
       WHERE h.status = 'active'`,
      parameters,
    );
  }

  private async write(tenantId: string, held: readonly HeldEnrollment[], how: Ending, now: Date): Promise<void> {
    const ids = held.map(({ id }) => id);
    await this.db.query(
      `UPDATE workflow_enrollments e SET status = $3, exit_reason = $4, exited_at = $5
       FROM ${IDS} WHERE e.tenant_id = k.tenant_id AND e.id = k.id`,
      [tenantId, ids, how.status, how.reason, now],
    );
    const stopped = await this.db.query<{ enrollment_id: string; status: string }>(
      `UPDATE workflow_pending_actions a SET
         status = CASE WHEN ${isFinished('a', '$3')} THEN 'completed' ELSE 'cancelled' END,
         finished_at = CASE WHEN ${isFinished('a', '$3')} THEN a.scheduled_at ELSE $3 END
       FROM ${IDS} WHERE a.tenant_id = k.tenant_id AND a.enrollment_id = k.id AND a.status IN ('pending', 'claimed')
       RETURNING a.enrollment_id, a.status`,
      [tenantId, ids, now],
    );
    const contacts = await this.db.query<{ id: string; external_id: string }>(
      `SELECT c.* FROM unnest($2::uuid[]) AS k (id),
       LATERAL (SELECT id, external_id FROM contacts WHERE tenant_id = $1 AND id = k.id OFFSET 0) c`,
      [tenantId, [...new Set(held.map(({ contact_id }) => contact_id))]],
    );
    const externalIds = new Map(contacts.map(({ id, external_id }) => [id, external_id]));
    const cancelled = countsOf(stopped.filter(({ status }) => status === 'cancelled'));
    await this.journal.write(
      ids.map((id) => auditOf(id, how)),
      held.map((one) => factOf(one, externalIds.get(one.contact_id), cancelled.get(one.id) ?? 0, how)),
    );
  }
}

const countsOf = (actions: readonly { readonly enrollment_id: string }[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { enrollment_id } of actions) counts.set(enrollment_id, (counts.get(enrollment_id) ?? 0) + 1);
  return counts;
};

/** The tenant `$1` and the ids `$2` as rows; the fence keeps the tenant from becoming a condition of its own (ADR 0030). */
const IDS = '(SELECT $1::uuid AS tenant_id, id FROM unnest($2::uuid[]) AS u (id) OFFSET 0) k';

/** Enrollments `e` to choose from: looked up one after the other where they, or their contacts, are named. */
const source = ({ ids, contactIds }: OpenEnrollments, bind: (value: unknown) => string): string => {
  const of = (condition: string): string =>
    `LATERAL (SELECT * FROM workflow_enrollments WHERE tenant_id = $1 AND ${condition} OFFSET 0) e`;
  if (ids) return `unnest(${bind(ids)}::uuid[]) AS n (id), ${of('id = n.id')}`;
  if (!contactIds) return 'workflow_enrollments e';
  return `unnest(${bind(contactIds)}::text[]) AS n (id),
    LATERAL (SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = n.id OFFSET 0) c, ${of('contact_id = c.id')}`;
};

/** About an enrollment `e`, with the tenant as `$1`. */
const conditions = (which: OpenEnrollments, now: Date, bind: (value: unknown) => string): string[] => [
  `e.tenant_id = $1 AND e.status = 'active'`,
  ...(which.workflowId ? [`e.workflow_id = ${bind(which.workflowId)}`] : []),
  ...(which.ids && which.contactIds
    ? [
        `e.contact_id IN (SELECT c.id FROM contacts c WHERE c.tenant_id = $1 AND c.external_id = ANY (${bind(which.contactIds)}))`,
      ]
    : []),
  ...(which.enrolledBefore ? [`e.enrolled_at < ${bind(which.enrolledBefore)}`] : []),
  ...(which.allStepsFinished
    ? [
        `(SELECT a.id FROM workflow_pending_actions a
          WHERE a.tenant_id = $1 AND a.enrollment_id = e.id AND NOT ${isFinished('a', bind(now))} LIMIT 1) IS NULL`,
      ]
    : []),
];

const auditOf = (id: string, { status, reason }: Ending) => ({
  action: FACT_OF[status],
  entityType: 'enrollment',
  entityId: id,
  changes: {
    status: { old: 'active', new: status },
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
