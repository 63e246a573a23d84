import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { decide, type OpenEnrollment } from '#domain/workflows/decide';
import { Ids } from '#application/shared/tools';
import type { Arrival, EventOutcome } from '#application/workflows/arrival';
import { answeredEvents, creditedEvents, named, outcomesOf } from '#application/workflows/arrival';
import { ActiveGoals } from '#application/workflows/ports/active-goals';
import { DetectionStore, type NamedDecision } from '#application/workflows/ports/detection-store';

/** Decides a batch of events, of any number of tenants and from any way in, in one transaction (SPEC 4.3). */
export class DetectGoals extends Command<Result<readonly EventOutcome[]>> {
  constructor(
    readonly actor: Actor,
    readonly arrivals: readonly Arrival[],
  ) {
    super();
  }
}

interface Seen {
  readonly events: readonly ContactEvent[];
  readonly open: readonly OpenEnrollment[];
}

@CommandHandler(DetectGoals)
export class DetectGoalsHandler {
  constructor(
    private readonly goals: ActiveGoals,
    private readonly store: DetectionStore,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, arrivals }: DetectGoals): Promise<Result<readonly EventOutcome[]>> {
    if (!actor.may('event:publish')) return err(forbidden('event:publish'));
    const { version } = this.goals;
    let seen = this.look(arrivals);
    // The goals have seldom changed: what is asked for by what is known of them goes out together with the question.
    const [tenants] = await Promise.all([this.goals.refresh(actor.tenantIds), seen]);
    if (this.goals.version !== version) seen = this.look(arrivals);
    const decisions = await this.decide(arrivals, await seen);
    if (decisions.length > 0) await this.store.record(decisions);
    const credited = creditedEvents(decisions);
    // Who waits for an answer is told of a duplicate.
    const unsure = answeredEvents(arrivals).filter((event) => !credited.has(event));
    const before = unsure.length > 0 ? await this.store.credited(unsure) : new Set<string>();
    return ok(outcomesOf(arrivals, { tenants, credited, before }));
  }

  /** The events that could reach a goal, and the open enrollments of their contacts; nothing is held. */
  private async look(arrivals: readonly Arrival[]): Promise<Seen> {
    const events = arrivals.map(({ event }) => event).filter((event) => this.goals.couldReach(event));
    if (events.length === 0) return { events, open: [] };
    const tenants = new Set([...events, ...answeredEvents(arrivals)].map(({ tenantId }) => tenantId));
    return { events, open: await this.store.openEnrollments(events, [...tenants]) };
  }

  /** Holds only what seems to have been reached, and decides on what is held. */
  private async decide(arrivals: readonly Arrival[], { events, open }: Seen): Promise<NamedDecision[]> {
    if (open.length === 0) return [];
    const likely = decide(events, await this.goals.workflowsOf(open), open).map(({ enrollment }) => enrollment);
    if (likely.length === 0) return [];
    const held = await this.store.hold(likely);
    return named(decide(events, held.workflows, held.enrollments), arrivals, () => this.ids.next());
  }
}
