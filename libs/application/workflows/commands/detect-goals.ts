import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { decide } from '#domain/workflows/decide';
import { Ids } from '#application/shared/tools';
import { creditedEvents, named, outcomeOf, type Arrival, type EventOutcome } from '#application/workflows/arrival';
import { ActiveGoals } from '#application/workflows/ports/active-goals';
import { DetectionStore, keyOf, type NamedDecision } from '#application/workflows/ports/detection-store';

/** Decides a batch of events, of any number of tenants and from any way in, in one transaction (SPEC 4.3). */
export class DetectGoals extends Command<Result<readonly EventOutcome[]>> {
  constructor(
    readonly actor: Actor,
    readonly arrivals: readonly Arrival[],
  ) {
    super();
  }
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
    const tenants = await this.goals.refresh(actor.tenantIds);
    const decisions = await this.decide(arrivals.filter(({ event }) => tenants.has(event.tenantId)));
    if (decisions.length > 0) await this.store.record(decisions);
    return ok(await this.outcomes(arrivals, tenants, decisions));
  }

  /** Looks first, holds only what seems to have been reached, and decides on what is held. */
  private async decide(arrivals: readonly Arrival[]): Promise<NamedDecision[]> {
    const events = arrivals.map(({ event }) => event).filter((event) => this.goals.couldReach(event));
    if (events.length === 0) return [];
    // Who waits for an answer may have to be told of a duplicate.
    const answered = arrivals.filter((arrival) => arrival.answered).map(({ event }) => event);
    const tenants = new Set([...events, ...answered].map(({ tenantId }) => tenantId));
    const open = await this.store.openEnrollments(events, [...tenants]);
    if (open.length === 0) return [];
    const likely = decide(events, await this.goals.workflowsOf(open), open).map(({ enrollment }) => enrollment);
    if (likely.length === 0) return [];
    const held = await this.store.hold(likely);
    return named(decide(events, held.workflows, held.enrollments), arrivals, () => this.ids.next());
  }

  private async outcomes(
    arrivals: readonly Arrival[],
    tenants: ReadonlySet<string>,
    decisions: readonly NamedDecision[],
  ): Promise<EventOutcome[]> {
    const credited = creditedEvents(decisions);
    const unsure = arrivals.filter(({ event, answered }) => answered && !credited.has(event)).map(({ event }) => event);
    const known = unsure.length > 0 ? await this.store.credited(unsure) : new Set<string>();
    return arrivals.map(({ event }) =>
      outcomeOf(event, credited.get(event), {
        isKnown: known.has(keyOf(event)),
        hasTenant: tenants.has(event.tenantId),
      }),
    );
  }
}
