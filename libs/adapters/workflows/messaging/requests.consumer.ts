import { randomUUID } from 'node:crypto';
import { Controller, Logger } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Actor } from '#domain/shared/actor';
import { fault, invalid, type DomainError } from '#domain/shared/errors';
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
import { nameOf, readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { countMismatch } from '#adapters/workflows/messaging/event-metrics';
import { plain, POSTPONED, resultOf, type EventResult } from '#adapters/workflows/messaging/event-results';
import { PatientBatcher } from '#adapters/workflows/messaging/patient-batcher';
import { maySpeakFor, Signatures, type OpenedRequest } from '#adapters/workflows/messaging/signatures';

type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem };

/** Requests of other services on the internal bus (API, *Messages coming in*): the same use cases, answered with a reply each. */
@Controller()
export class RequestsConsumer {
  private readonly log = new Logger(RequestsConsumer.name);

  constructor(
    private readonly door: Door,
    private readonly batcher: PatientBatcher,
    private readonly clock: Clock,
    private readonly signatures: Signatures,
  ) {}

  @MessagePattern('goal_service.evaluate_event')
  evaluateEvent(@Payload() data: unknown): Promise<Reply<EventResult>> {
    return this.reply(data, (asked) => this.evaluate(asked));
  }

  @MessagePattern('goal_service.workflow_stats')
  workflowStatistics(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(data, async (asked) => {
      const ids = idsOf(asked, ['tenant_id', 'workflow_id']);
      if (!ids.ok) return ids;
      const [tenantId, workflowId] = ids.value;
      return this.door.send(new GetWorkflowStatistics(service(tenantId, 'analytics:read'), workflowId));
    });
  }

  @MessagePattern('goal_service.enroll_contact')
  enrollContact(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(data, async (asked) => {
      const ids = idsOf(asked, ['tenant_id', 'workflow_id']);
      if (!ids.ok) return ids;
      const [tenantId, workflowId] = ids.value;
      const contact = await readOne(without(asked.value as JsonObject, ['tenant_id', 'account_id', 'workflow_id']));
      if (!contact.ok) return contact;
      return this.door.send(new EnrollContact(service(tenantId, 'enrollment:create'), workflowId, contact.value));
    });
  }

  @MessagePattern('goal_service.exit_enrollment')
  exitEnrollment(@Payload() data: unknown): Promise<Reply<unknown>> {
    return this.reply(data, async (asked) => {
      const ids = idsOf(asked, ['tenant_id', 'enrollment_id']);
      if (!ids.ok) return ids;
      const [tenantId, enrollmentId] = ids.value;
      // `null` is "not given", as over HTTP.
      const reason = (asked.value as JsonObject).reason ?? undefined;
      if (reason !== undefined && typeof reason !== 'string') {
        return err(invalid([fault('/reason', 'wrong-type', 'reason must be a text.')]));
      }
      return this.door.send(new ExitEnrollment(service(tenantId, 'enrollment:update'), enrollmentId, reason));
    });
  }

  private async evaluate(asked: OpenedRequest): Promise<Result<EventResult>> {
    const now = this.clock.now();
    const fallbackId = (): string => nameOf(JSON.stringify(asked.value));
    const envelope = readEnvelope(asked.value, { receivedAt: now, now, fallbackId });
    if (envelope.kind === 'invalid') return err(invalid(envelope.faults));
    if (envelope.kind === 'ignored') return ok(plain(envelope.eventId, 'ignored'));
    const { event } = envelope;
    if (!mayAskFor(asked, event.tenantId)) return err(UNSIGNED);
    const [verdict] = await this.batcher.gather([{ event, requestId: null, traceparent: null, answered: true }]);
    if (verdict && 'postponed' in verdict) return err(POSTPONED);
    const result = resultOf(verdict, false);
    return result.ok ? result : err(invalid([result.error]));
  }

  /** Whatever happens, the asker hears of it; what broke on our side is logged under the reply's `instance`. */
  private async reply<T>(data: unknown, work: (asked: OpenedRequest) => Promise<Result<T>>): Promise<Reply<T>> {
    const requestId = randomUUID();
    try {
      const asked = this.signatures.openRequest(data);
      const result = asked ? await work(asked) : err(UNSIGNED);
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

const UNSIGNED: DomainError = {
  kind: 'forbidden',
  code: 'request.bad-signature',
  message: 'The request is not signed by a key that may ask for its tenant (EVENT_SIGNING_KEYS).',
};

const mayAskFor = (asked: OpenedRequest, tenantId: string): boolean => {
  const may = maySpeakFor(asked, tenantId);
  if (!may) countMismatch();
  return may;
};

/** The service itself at work for a tenant: the bus is trusted, or the request is signed, and each names its tenant. */
const service = (tenantId: string, permission: Permission): Actor => Actor.system([tenantId], permission);

const without = (data: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));

/** The first is the tenant's, in whose name it must have been asked. */
const idsOf = <const N extends readonly [string, ...string[]]>(
  asked: OpenedRequest,
  names: N,
): Result<{ [K in keyof N]: string }> => {
  const given = isObject(asked.value) ? asked.value : {};
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
  if (faults.length > 0) return err(invalid(faults));
  return mayAskFor(asked, ids[0] ?? '') ? ok(ids as { [K in keyof N]: string }) : err(UNSIGNED);
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
