import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid, type FieldFault } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Clock, RequestContext } from '#application/shared/tools';
import { Operation } from '#adapters/shared/http/operation';
import { Caller } from '#adapters/shared/http/parameters';
import { eventsSchema } from '#adapters/workflows/http/events.schema';
import { nameOf, readEnvelope, type Envelope } from '#adapters/workflows/messaging/event-envelope';
import { countDecided, countMismatch, countReceived } from '#adapters/workflows/messaging/event-metrics';
import {
  eventResultsView,
  plain,
  POSTPONED,
  refused,
  resultOf,
  type EventResults,
} from '#adapters/workflows/messaging/event-results';
import { PatientBatcher } from '#adapters/workflows/messaging/patient-batcher';

const MOST_EVENTS = 1000;

@ApiTags('Events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly batcher: PatientBatcher,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  @Operation({
    id: 'publishEvents',
    summary: 'Hand in one event, or up to 1,000; they are decided before the answer.',
    permission: 'event:publish',
    answers: eventResultsView,
    errors: { 413: 'More than 2 MB.' },
  })
  @ApiBody({ schema: eventsSchema })
  @Post()
  async publish(
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<Result<EventResults>> {
    // No command of its own: the batcher is the door, and acts for the tenants of its batch.
    if (!actor.may('event:publish')) return err(forbidden('event:publish'));
    const batch = itemsOf(body);
    if (!batch.ok) return batch;
    const now = this.clock.now();
    const envelopes = envelopesOf(batch.value.items, actor.tenantId, now);
    const [only] = envelopes;
    if (batch.value.single && only?.kind === 'invalid') return err(invalid(only.faults));
    return this.results(envelopes, request.id, now);
  }

  private async results(envelopes: readonly Envelope[], requestId: string, now: Date): Promise<Result<EventResults>> {
    const { traceparent } = this.context;
    const arrivals = envelopes.flatMap((envelope) =>
      envelope.kind === 'event' ? [{ event: envelope.event, requestId, traceparent, answered: true }] : [],
    );
    const verdicts = await this.batcher.gather(arrivals);
    const times = arrivals.map(() => now);
    countDecided(verdicts, times, this.clock.now().getTime());
    if (verdicts.some((verdict) => 'postponed' in verdict)) return err(POSTPONED);
    const verdictOf = new Map(arrivals.map(({ event }, n) => [event, verdicts[n]]));
    const seen = new Set<string>();
    const results = envelopes.map((envelope, n) => {
      if (envelope.kind === 'invalid') return refused(envelope.eventId, belowEvent(envelope.faults, n));
      const { eventId } = envelope.kind === 'event' ? envelope.event : envelope;
      const isRepeated = seen.has(eventId);
      seen.add(eventId);
      if (envelope.kind === 'ignored') return plain(eventId, 'ignored');
      const result = resultOf(verdictOf.get(envelope.event), isRepeated);
      return result.ok ? result.value : refused(eventId, belowEvent([result.error], n), 'event.refused');
    });
    return ok({ results });
  }
}

const envelopesOf = (items: readonly unknown[], tenantId: string, now: Date): Envelope[] => {
  const envelopes = items.map((item) =>
    readEnvelope(item, { tenantId, receivedAt: now, now, fallbackId: () => nameOf(JSON.stringify(item)) }),
  );
  countReceived('http', envelopes.map(typeOf));
  return envelopes;
};

/** What names another tenant than the caller's is counted too: somebody has mixed up keys. */
const typeOf = (envelope: Envelope) => {
  if (envelope.kind === 'event') return envelope.event.eventType;
  if (envelope.kind === 'invalid' && envelope.faults.some(isMismatch)) countMismatch();
  return 'other';
};

const isMismatch = ({ pointer, code }: FieldFault): boolean =>
  code === 'contradictory' && (pointer === '/tenant_id' || pointer === '/account_id');

/** One event, or the items of a batch. */
const itemsOf = (body: unknown): Result<{ items: readonly unknown[]; single: boolean }> => {
  const { events, ...others } = (body ?? {}) as { events?: unknown };
  if (events === undefined) return ok({ items: [body ?? {}], single: true });
  const faults = Object.keys(others).map((key) => fault(`/${key}`, 'unknown-key', 'A batch has `events` alone.'));
  if (!Array.isArray(events) || events.length < 1 || events.length > MOST_EVENTS) {
    faults.push(fault('/events', 'malformed', `events takes a list of 1 to ${String(MOST_EVENTS)} events.`));
  }
  return faults.length > 0 ? err(invalid(faults)) : ok({ items: events as unknown[], single: false });
};

const belowEvent = (faults: readonly FieldFault[], n: number): FieldFault[] =>
  faults.map(({ pointer, code, detail }) => fault(`/events/${String(n)}${pointer}`, code, detail));
