import { randomUUID } from 'node:crypto';
import { Controller, Logger } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Actor } from '#domain/shared/actor';
import { fault, invalid } from '#domain/shared/errors';
import { isObject, type JsonObject } from '#domain/shared/json';
import type { Permission } from '#domain/shared/permissions';
import { err, ok, type Result } from '#domain/shared/result';
import { isUuid } from '#domain/shared/text';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { EnrollContact } from '#application/workflows/commands/enroll-contact';
import { ExitEnrollment } from '#application/workflows/commands/exit-enrollment';
import { GetWorkflowStatistics } from '#application/workflows/queries/get-workflow-statistics';
import { problem, STATUS_OF, type Problem } from '#adapters/shared/http/problem';
import { blameOf } from '#adapters/shared/persistence/blame';
import { readOne } from '#adapters/workflows/http/enrollment-batch';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { nameOf, readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { plain, POSTPONED, resultOf, type EventResult } from '#adapters/workflows/messaging/event-results';

type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem };

/** Requests of other services on the internal bus (API, *Messages coming in*): the same use cases, answered with a reply each. */
@Controller()
export class RequestsConsumer {
  private readonly log = new Logger(RequestsConsumer.name);

  constructor(
    private readonly door: Door,
    private readonly batcher: EventBatcher,
    private readonly clock: Clock,
  ) {}

  @MessagePattern('goal_service.evaluate_event')
  evaluateEvent(@Payload() data: unknown): Promise<Reply<EventResult>> {
    return this.reply(() => this.evaluate(data));
  }

  @MessagePattern('goal_service.workflow_stats')
  workflowStatistics(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(async () => {
      const ids = idsOf(data, ['tenant_id', 'workflow_id']);
      if (!ids.ok) return ids;
      const [tenantId, workflowId] = ids.value;
      return this.door.send(new GetWorkflowStatistics(service(tenantId, 'analytics:read'), workflowId));
    });
  }

  @MessagePattern('goal_service.enroll_contact')
  enrollContact(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(async () => {
      const ids = idsOf(data, ['tenant_id', 'workflow_id']);
      if (!ids.ok) return ids;
      const [tenantId, workflowId] = ids.value;
      const contact = await readOne(without(data as JsonObject, ['tenant_id', 'account_id', 'workflow_id']));
      if (!contact.ok) return contact;
      return this.door.send(new EnrollContact(service(tenantId, 'enrollment:create'), workflowId, contact.value));
    });
  }

  @MessagePattern('goal_service.exit_enrollment')
  exitEnrollment(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(async () => {
      const ids = idsOf(data, ['tenant_id', 'enrollment_id']);
      if (!ids.ok) return ids;
      const [tenantId, enrollmentId] = ids.value;
      // `null` is "not given", as over HTTP.
      const reason = (data as JsonObject).reason ?? undefined;
      if (reason !== undefined && typeof reason !== 'string') {
        return err(invalid([fault('/reason', 'wrong-type', 'reason must be a text.')]));
      }
      return this.door.send(new ExitEnrollment(service(tenantId, 'enrollment:update'), enrollmentId, reason));
    });
  }

  private async evaluate(data: unknown): Promise<Result<EventResult>> {
    const now = this.clock.now();
    const envelope = readEnvelope(data, { receivedAt: now, now, fallbackId: () => nameOf(JSON.stringify(data)) });
    if (envelope.kind === 'invalid') return err(invalid(envelope.faults));
    if (envelope.kind === 'ignored') return ok(plain(envelope.eventId, 'ignored'));
    const { event } = envelope;
    const [verdict] = await this.batcher.gather([{ event, requestId: null, traceparent: null, answered: true }]);
    if (verdict && 'postponed' in verdict) return err(POSTPONED);
    const result = resultOf(verdict, false);
    return result.ok ? result : err(invalid([result.error]));
  }

  /** Whatever happens, the asker hears of it; what broke on our side is logged under the reply's `instance`. */
  private async reply<T>(work: () => Promise<Result<T>>): Promise<Reply<T>> {
    const requestId = randomUUID();
    try {
      const result = await work();
      if (result.ok) return result;
      return { ok: false, error: problem(STATUS_OF[result.error.kind], result.error, requestId) };
    } catch (failure) {
      if (blameOf(failure) === 'world') return { ok: false, error: problem(503, UNAVAILABLE, requestId) };
      this.log.error({ err: failure, request_id: requestId });
      return { ok: false, error: problem(500, BROKEN, requestId) };
    }
  }
}

const UNAVAILABLE = {
  code: 'unavailable',
  message: 'The service cannot answer right now. Try again in a few seconds.',
};
const BROKEN = { code: 'internal', message: 'Something broke on our side. Quote the instance when you report it.' };

/** The service itself at work for a tenant: the bus is trusted, and names the tenant in every request. */
const service = (tenantId: string, permission: Permission): Actor => Actor.system([tenantId], permission);

const without = (data: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));

const idsOf = <const N extends readonly string[]>(data: unknown, names: N): Result<{ [K in keyof N]: string }> => {
  const given = isObject(data) ? data : {};
  // `account_id` is another word for it (API, *Messages coming in*).
  const { account_id: account, tenant_id: tenant = account } = given;
  const ids = names.map((name) => textOf(name === 'tenant_id' ? tenant : given[name]).toLowerCase());
  const faults = names
    .filter((_name, n) => !isUuid(ids[n]))
    .map((name) => fault(`/${name}`, 'malformed', `${name} must be a UUID.`));
  if (account !== undefined && textOf(account).toLowerCase() !== textOf(tenant).toLowerCase()) {
    faults.push(
      fault('/account_id', 'contradictory', 'account_id is another word for tenant_id, and says another one.'),
    );
  }
  return faults.length > 0 ? err(invalid(faults)) : ok(ids as { [K in keyof N]: string });
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
