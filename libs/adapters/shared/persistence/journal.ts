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

  async write(entries: readonly AuditEntry[], facts: readonly Told[]): Promise<void> {
    if (entries.length > 0) await this.audit(entries);
    if (facts.length > 0) await this.tell(facts);
  }

  private async audit(entries: readonly AuditEntry[]): Promise<void> {
    const { actor, requestId } = this.context;
    await this.db.prepared(
      `INSERT INTO audit_log (tenant_id, id, occurred_at, action, entity_type, entity_id, actor_id, changes, request_id)
       SELECT e.tenant_id, e.id, $2, e.action, e.entity_type, e.entity_id, $3, e.changes, e.request_id
       FROM json_to_recordset($1) AS e (tenant_id uuid, id uuid, action text, entity_type text, entity_id uuid, changes jsonb,
         request_id text)`,
      [
        JSON.stringify(
          entries.map((entry) => ({
            tenant_id: entry.tenantId ?? actor.tenantId,
            id: this.ids.next(),
            action: entry.action,
            entity_type: entry.entityType,
            entity_id: entry.entityId,
            changes: entry.changes ?? {},
            request_id: entry.requestId === undefined ? requestId : entry.requestId,
          })),
        ),
        this.clock.now(),
        actor.userId,
      ],
    );
  }

  private async tell(facts: readonly Told[]): Promise<void> {
    const now = this.clock.now();
    const messages = facts.map((fact) => this.message(fact, now));
    await this.db.prepared(
      `INSERT INTO outbox (tenant_id, message_id, message, created_at)
       SELECT m.tenant_id, m.id, m.message, $4
       FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS m (tenant_id, id, message, n) ORDER BY m.n`,
      [
        messages.map((message) => message.tenant_id),
        messages.map((message) => message.id),
        messages.map((message) => JSON.stringify(message)),
        now,
      ],
    );
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
