import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { decide, type ActiveWorkflow, type OpenEnrollment } from '#domain/workflows/decide';
import { Ids } from '#application/shared/tools';
import type { Arrival, EventOutcome } from '#application/workflows/arrival';
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
    const hopeful = arrivals.filter(({ event }) => this.goals.couldReach(event));
    if (hopeful.length === 0) return [];
    const events = hopeful.map(({ event }) => event);
    const open = await this.store.openEnrollments(events);
    const likely = decide(events, this.workflowsOf(open), open).map(({ enrollment }) => enrollment);
    if (likely.length === 0) return [];
    const held = await this.store.hold(likely);
    const requests = new Map(hopeful.map(({ event, requestId }) => [event, requestId]));
    return decide(events, held.workflows, held.enrollments).map((decision) => ({
      ...decision,
      reached: decision.reached.map((one) => ({
        ...one,
        id: this.ids.next(),
        requestId: requests.get(one.event) ?? null,
      })),
    }));
  }

  private workflowsOf(enrollments: readonly OpenEnrollment[]): Map<string, ActiveWorkflow> {
    const workflows = new Map<string, ActiveWorkflow>();
    for (const { tenantId, workflowId } of enrollments) {
      const workflow = this.goals.workflow(tenantId, workflowId);
      if (workflow) workflows.set(workflowId, workflow);
    }
    return workflows;
  }

  private async outcomes(
    arrivals: readonly Arrival[],
    tenants: ReadonlySet<string>,
    decisions: readonly NamedDecision[],
  ): Promise<EventOutcome[]> {
    const achievements = achievementsByEvent(decisions);
    const unsure = arrivals
      .filter(({ event, answered }) => answered && !achievements.has(event))
      .map(({ event }) => event);
    const known = unsure.length > 0 ? await this.store.credited(unsure) : new Set<string>();
    return arrivals.map(({ event }) => {
      const own = achievements.get(event);
      if (own) return { event_id: event.eventId, outcome: 'achieved', achievements: own };
      const outcome = !tenants.has(event.tenantId)
        ? 'unknown_tenant'
        : known.has(keyOf(event))
          ? 'duplicate'
          : 'no_match';
      return { event_id: event.eventId, outcome, achievements: [] };
    });
  }
}

type Credited = Map<Arrival['event'], EventOutcome['achievements'][number][]>;

const achievementsByEvent = (decisions: readonly NamedDecision[]): Credited => {
  const credited: Credited = new Map();
  for (const { enrollment, reached, exitGoal } of decisions) {
    for (const { id, goal, event } of reached) {
      const list = credited.get(event) ?? [];
      credited.set(event, list);
      list.push({
        id,
        enrollment_id: enrollment.id,
        workflow_id: enrollment.workflowId,
        workflow_goal_id: goal.id,
        exited: exitGoal === goal,
      });
    }
  }
  return credited;
};
