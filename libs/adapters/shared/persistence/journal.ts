import { Injectable } from '@nestjs/common';
import type { OutgoingFact } from '#domain/shared/aggregate';
import type { Changes } from '#domain/shared/changes';
import { Clock, Ids, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';

/** Of whom and for which request, where that is not the actor's one tenant and the request in hand (a batch of events). */
interface Origin {
  readonly tenantId?: string;
  readonly requestId?: string | null;
}

/** One line of the audit log. */
export interface AuditEntry extends Origin {
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly changes?: Changes;
}

/** A fact for the outbox, with the version of what it is about where that has one. */
export interface Told<T extends string = string> extends OutgoingFact<T>, Origin {
  readonly version?: number;
}

/** Writes what happened into the audit log and the outbox, in the transaction of the change itself (SPEC 7). */
@Injectable()
export class Journal {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly context: RequestContext,
  ) {}

  /** In one statement, for every change comes past here. */
  async write(entries: readonly AuditEntry[], facts: readonly Told[]): Promise<void> {
    if (entries.length + facts.length === 0) return;
    const { actor } = this.context;
    for (const { tenantId = actor.tenantId, entityType, entityId } of entries) {
      this.db.changed(tenantId, [entityType, `${entityType}:${entityId}`]);
    }
    const now = this.clock.now();
    const messages = facts.map((fact) => this.message(fact, now));
    await this.db.prepared(WRITE, [
      JSON.stringify(entries.map((entry) => this.line(entry))),
      now,
      actor.userId,
      messages.map((message) => message.tenant_id),
      messages.map((message) => message.id),
      messages.map((message) => JSON.stringify(message)),
    ]);
  }

  private line(entry: AuditEntry) {
    const { actor, requestId } = this.context;
    return {
      tenant_id: entry.tenantId ?? actor.tenantId,
      id: this.ids.next(),
      action: entry.action,
      entity_type: entry.entityType,
      entity_id: entry.entityId,
      changes: entry.changes ?? {},
      request_id: entry.requestId === undefined ? requestId : entry.requestId,
    };
  }

  private message(fact: Told, now: Date) {
    const { actor, requestId } = this.context;
    return {
      id: this.ids.next(),
      event_type: fact.type,
      tenant_id: fact.tenantId ?? actor.tenantId,
      goal_id: fact.goalId ?? null,
      user_id: actor.userId,
      timestamp: now.toISOString(),
      request_id: fact.requestId === undefined ? requestId : fact.requestId,
      version: fact.version ?? null,
      details: fact.details,
    };
  }
}

const WRITE = `
  WITH audited AS (
    INSERT INTO audit_log (tenant_id, id, occurred_at, action, entity_type, entity_id, actor_id, changes, request_id)
    SELECT e.tenant_id, e.id, $2, e.action, e.entity_type, e.entity_id, $3, e.changes, e.request_id
    FROM json_to_recordset($1) AS e (tenant_id uuid, id uuid, action text, entity_type text, entity_id uuid, changes jsonb,
      request_id text)
  )
  INSERT INTO outbox (tenant_id, message_id, message, created_at)
  SELECT m.tenant_id, m.id, m.message, $2
  FROM unnest($4::uuid[], $5::uuid[], $6::text[]) WITH ORDINALITY AS m (tenant_id, id, message, n) ORDER BY m.n`;
