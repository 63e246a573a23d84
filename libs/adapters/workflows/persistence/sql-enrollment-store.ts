import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#domain/shared/json';
import type { KnownContact } from '#domain/workflows/enroll-all';
import type { NewEnrollment } from '#domain/workflows/enrollment';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import { Ids, RequestContext } from '#application/shared/tools';
import type { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { Database } from '#adapters/shared/persistence/database';
import { Journal, type Told } from '#adapters/shared/persistence/journal';
import { ContactRows } from '#adapters/workflows/persistence/contact-rows';
import { addToCounters } from '#adapters/workflows/persistence/counters';

@Injectable()
export class SqlEnrollmentStore implements EnrollmentStore {
  constructor(
    private readonly db: Database,
    private readonly contacts: ContactRows,
    private readonly journal: Journal,
    private readonly ids: Ids,
    private readonly context: RequestContext,
  ) {}

  async holdContacts(
    tenantId: string,
    workflowId: string,
    contactIds: readonly string[],
  ): Promise<ReadonlyMap<string, KnownContact>> {
    if (contactIds.length === 0) return new Map();
    const held = await this.contacts.holdOrMake(tenantId, contactIds);
    const open = await this.db.query<{ contact_id: string }>(
      `SELECT k.contact_id FROM unnest($3::uuid[]) AS k (contact_id),
       LATERAL (SELECT 1 FROM workflow_enrollments
                WHERE tenant_id = $1 AND workflow_id = $2 AND contact_id = k.contact_id AND status = 'active' OFFSET 0) e`,
      [tenantId, workflowId, held.map(({ id }) => id)],
    );
    const enrolled = new Set(open.map(({ contact_id }) => contact_id));
    return new Map(
      held.map(({ id, external_id, attributes, opted_out }) => [
        external_id,
        { attributes, optedOut: opted_out, hasOpenEnrollment: enrolled.has(id) },
      ]),
    );
  }

  keepAttributes(tenantId: string, attributes: ReadonlyMap<string, JsonObject>): Promise<void> {
    return this.contacts.replaceAttributes(tenantId, attributes);
  }

  async add(tenantId: string, enrollments: readonly NewEnrollment[], now: Date): Promise<ReadonlySet<string>> {
    if (enrollments.length === 0) return new Set();
    const stored = new Set(await this.insert(tenantId, enrollments, now));
    const added = enrollments.filter(({ id }) => stored.has(id));
    await this.insertActions(tenantId, added, now);
    await this.journal.write(added.map(auditOf), added.map(factOf));
    addToCounters(
      this.db,
      added.map(({ workflowId, enrolledAt }) => ({
        tenant_id: tenantId,
        workflow_id: workflowId,
        at: enrolledAt.toISOString(),
        counter: 'enrolled',
        value: 1,
      })),
    );
    return stored;
  }

  private async insert(tenantId: string, enrollments: readonly NewEnrollment[], now: Date): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      `INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at, created_by)
       SELECT $1, n.id, n.workflow_id, c.id, 'active', n.enrolled_at, $3, $4
       FROM json_to_recordset($2) AS n (id uuid, workflow_id uuid, external_id text, enrolled_at timestamptz),
       LATERAL (SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = n.external_id OFFSET 0) c
       ORDER BY n.id
       ON CONFLICT (tenant_id, contact_id, workflow_id) WHERE status = 'active' DO NOTHING RETURNING id`,
      [
        tenantId,
        JSON.stringify(
          enrollments.map(({ id, workflowId, contactId, enrolledAt }) => ({
            id,
            workflow_id: workflowId,
            external_id: contactId,
            enrolled_at: enrolledAt,
          })),
        ),
        now,
        this.context.actor.userId,
      ],
    );
    return rows.map(({ id }) => id);
  }

  private async insertActions(tenantId: string, enrollments: readonly NewEnrollment[], now: Date): Promise<void> {
    const actions = enrollments.flatMap(({ id, workflowId, actions }) =>
      actions.map(({ position, actionType, scheduledAt, config }) => ({
        id: this.ids.next(),
        workflow_id: workflowId,
        enrollment_id: id,
        position,
        is_last: position === actions.length,
        is_behind: actions.some((other) => other.position < position && other.actionType !== 'wait'),
        action_type: actionType,
        config: config ?? {},
        scheduled_at: scheduledAt,
      })),
    );
    if (actions.length === 0) return;
    await this.db.query(
      `INSERT INTO workflow_pending_actions
         (tenant_id, id, workflow_id, enrollment_id, position, is_last, is_behind, action_type, config, scheduled_at, status, created_at)
       SELECT $1, n.id, n.workflow_id, n.enrollment_id, n.position, n.is_last, n.is_behind, n.action_type, n.config, n.scheduled_at, 'pending', $3
       FROM json_to_recordset($2) AS n (id uuid, workflow_id uuid, enrollment_id uuid, position integer, is_last boolean,
         is_behind boolean, action_type text, config jsonb, scheduled_at timestamptz)`,
      [tenantId, JSON.stringify(actions), now],
    );
  }
}

const auditOf = ({ id, workflowId, enrolledAt }: NewEnrollment) => ({
  action: 'workflow.enrolled',
  entityType: 'enrollment',
  entityId: id,
  changes: {
    workflow_id: { old: null, new: workflowId },
    status: { old: null, new: 'active' },
    enrolled_at: { old: null, new: enrolledAt },
  },
});

const factOf = ({ id, workflowId, contactId, enrolledAt }: NewEnrollment): Told<WorkflowFact> => ({
  type: 'workflow.enrolled',
  details: { workflow_id: workflowId, enrollment_id: id, contact_id: contactId, enrolled_at: enrolledAt },
});
