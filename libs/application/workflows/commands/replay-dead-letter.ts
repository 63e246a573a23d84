import { Command, CommandHandler } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { Door } from '#application/shared/door';
import { existing } from '#application/shared/existing';
import { Clock, RequestContext } from '#application/shared/tools';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import type { ReplayView } from '#application/workflows/dead-letter-views';
import { DeadLetters } from '#application/workflows/ports/dead-letters';
import { EventReader } from '#application/workflows/ports/event-reader';

/** Decides a bad message again as if it came in for the first time; what is refused again stays where it was (API, *Routes*). */
export class ReplayDeadLetter extends Command<Result<ReplayView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(ReplayDeadLetter)
export class ReplayDeadLetterHandler {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly reader: EventReader,
    private readonly door: Door,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async execute({ actor, id }: ReplayDeadLetter): Promise<Result<ReplayView>> {
    if (!actor.may('dead_letter:replay')) return err(forbidden('dead_letter:replay'));
    const letter = await this.deadLetters.take(actor.tenantId, id, 'replayed');
    if (!letter) return err(missing('dead_letter'));
    if (letter.reason === 'bad_signature') return err(UNSIGNED);
    const event = this.reader.read(letter, this.clock.now());
    if (!event.ok) return event;
    if ('ignored' in event.value) return ok({ event_id: event.value.ignored, outcome: 'ignored', achievements: [] });
    return event.value.tenantId === actor.tenantId ? this.decide(event.value) : err(FOREIGN);
  }

  private async decide(event: ContactEvent): Promise<Result<ReplayView>> {
    const system = Actor.system([event.tenantId], 'event:publish');
    const { requestId, traceparent } = this.context;
    const decided = await this.door.send(new DetectGoals(system, [{ event, requestId, traceparent, answered: true }]));
    if (!decided.ok) return decided;
    const { event_id, outcome, achievements } = existing(decided.value[0] ?? null);
    return outcome === 'unknown_tenant' ? err(FOREIGN) : ok({ event_id, outcome, achievements });
  }
}

const UNSIGNED = invalid(
  [],
  'Nobody has vouched for this message; its sender must send it again with a good signature.',
);
const FOREIGN = invalid([fault('/tenant_id', 'contradictory', 'The message names another tenant.')]);
