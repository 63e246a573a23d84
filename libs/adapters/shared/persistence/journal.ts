import { Injectable } from '@nestjs/common';
import type { OutgoingFact } from '#domain/shared/aggregate';
import type { Changes } from '#domain/shared/changes';
import { isCachedKind } from '#application/shared/cache';
import { Clock, Ids, RequestContext } from '#application/shared/tools';
import { jsons, texts, uuids } from '#adapters/shared/persistence/arrays';
import { Database } from '#adapters/shared/persistence/database';
import { countFacts } from '#adapters/shared/persistence/fact-metrics';
import type { Write } from '#adapters/shared/persistence/row-writes';

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
  /** Of the event that caused it; otherwise it goes on with the trace of the change itself. */
  readonly traceparent?: string | null;
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
    if (entries.length + facts.length === 0) return;
    await this.db.prepared(WRITE, this.parameters(entries, facts));
  }

  /** The same without a turn of its own (`Database.atCommit`): for what is not too much to be kept until then. */
  writeAtCommit(entries: readonly AuditEntry[], facts: readonly Told[]): void {
    if (entries.length + facts.length === 0) return;
    this.db.atCommit(WRITE, this.parameters(entries, facts));
  }

  /**
   * Writes rows, and what is to be said of them, in one statement: what is said only where a row was written. Answers how
   * many were.
   */
  async writeBeside(rows: Write, entries: readonly AuditEntry[], facts: readonly Told[]): Promise<number> {
    const parameters = [...rows.parameters, ...this.parameters(entries, facts)];
    const [written] = rows.isFixed
      ? await this.db.prepared<{ rows: number }>(fixedBeside(rows), parameters)
      : await this.db.query<{ rows: number }>(beside(rows), parameters);
    return written?.rows ?? 0;
  }

  private parameters(entries: readonly AuditEntry[], facts: readonly Told[]): unknown[] {
    const { actor, traceparent } = this.context;
    for (const { tenantId = actor.tenantId, entityType, entityId } of entries) {
      if (isCachedKind(entityType)) this.db.changed(tenantId, [entityType, `${entityType}:${entityId}`]);
    }
    this.db.afterCommit(() => countFacts(facts));
    const now = this.clock.now();
    const lines = entries.map((entry) => this.line(entry));
    const messages = facts.map((fact) => this.message(fact, now));
    return [
      uuids(lines.map((line) => line.tenantId)),
      uuids(lines.map((line) => line.id)),
      texts(lines.map((line) => line.action)),
      texts(lines.map((line) => line.entityType)),
      uuids(lines.map((line) => line.entityId)),
      jsons(lines.map((line) => line.changes)),
      texts(lines.map((line) => line.requestId)),
      now,
      actor.auditId,
      uuids(messages.map((message) => message.tenant_id)),
      uuids(messages.map((message) => message.id)),
      texts(messages.map((message) => JSON.stringify(message))),
      texts(facts.map((fact) => fact.traceparent ?? traceparent)),
    ];
  }

  private line(entry: AuditEntry) {
    const { actor, requestId } = this.context;
    return {
      tenantId: entry.tenantId ?? actor.tenantId,
      id: this.ids.next(),
      action: entry.action,
      entityType: entry.entityType,
      entityId: entry.entityId,
      changes: JSON.stringify(entry.changes ?? {}),
      requestId: entry.requestId === undefined ? requestId : entry.requestId,
    };
  }

  private message(fact: Told, now: Date) {
    const { actor, requestId } = this.context;
    return {
      id: this.ids.next(),
      event_type: fact.type,
      tenant_id: fact.tenantId ?? actor.tenantId,
      goal_id: fact.goalId ?? null,
      // What a key does, its maker has not done (API, *Messages going out*).
      user_id: actor.keyId === null ? actor.userId : null,
      timestamp: now.toISOString(),
      request_id: fact.requestId === undefined ? requestId : fact.requestId,
      version: fact.version ?? null,
      details: actor.keyId === null ? fact.details : { ...fact.details, api_key_id: actor.keyId },
    };
  }
}

/** What is said: the audit log first, then the outbox. `first`: the number of its first parameter. */
const said = (first: number, where = ''): readonly [audited: string, told: string] => {
  const $ = (n: number): string => `$${String(first + n)}`;
  return [
    `INSERT INTO audit_log (tenant_id, id, occurred_at, action, entity_type, entity_id, actor_id, changes, request_id)
     SELECT e.tenant_id, e.id, ${$(7)}::timestamptz, e.action, e.entity_type, e.entity_id, ${$(8)}::uuid, e.changes, e.request_id
     FROM unnest(${$(0)}::uuid[], ${$(1)}::uuid[], ${$(2)}::text[], ${$(3)}::text[], ${$(4)}::uuid[], ${$(5)}::jsonb[], ${$(6)}::text[])
       AS e (tenant_id, id, action, entity_type, entity_id, changes, request_id) ${where}`,
    `INSERT INTO outbox (tenant_id, message_id, message, created_at, traceparent)
     SELECT m.tenant_id, m.id, m.message, ${$(7)}::timestamptz, m.traceparent
     FROM unnest(${$(9)}::uuid[], ${$(10)}::uuid[], ${$(11)}::text[], ${$(12)}::text[])
       WITH ORDINALITY AS m (tenant_id, id, message, traceparent, n) ${where}
     ORDER BY m.n`,
  ];
};

const [AUDITED, TOLD] = said(1);
const WRITE = `WITH audited AS (${AUDITED}) ${TOLD}`;

const beside = ({ sql, parameters }: Write): string => {
  const [audited, told] = said(parameters.length + 1, 'WHERE EXISTS (SELECT FROM written)');
  return `WITH written AS (${sql}), audited AS (${audited}), told AS (${told})
    SELECT count(*)::integer AS rows FROM written`;
};

const known = new Map<string, string>();

const fixedBeside = (rows: Write): string => {
  const text = known.get(rows.sql) ?? beside(rows);
  known.set(rows.sql, text);
  return text;
};
