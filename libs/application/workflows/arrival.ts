import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Decision } from '#domain/workflows/decide';
import { view, type Shown } from '#application/shared/view';
import { keyOf, type NamedDecision } from '#application/workflows/ports/detection-store';

/** An event that has come in. */
export interface Arrival {
  readonly event: ContactEvent;
  readonly requestId: string | null;
  /** Of what brought it, where that is traced: what the event causes goes on from there. */
  readonly traceparent: string | null;
  /** Whether somebody waits to hear its outcome; only then it is worth finding out that it is a duplicate. */
  readonly answered: boolean;
}

export const answeredEvents = (arrivals: readonly Arrival[]): ContactEvent[] =>
  arrivals.filter(({ answered }) => answered).map(({ event }) => event);

export const OUTCOMES = ['achieved', 'no_match', 'duplicate', 'ignored', 'invalid'] as const;

export const eventAchievementView = view('EventAchievement', {
  id: 'uuid',
  enrollment_id: 'uuid',
  workflow_id: 'uuid',
  workflow_goal_id: 'uuid',
  exited: 'boolean',
});

/** What was decided about one event. `unknown_tenant` is told to the service's own doors only. */
export interface EventOutcome {
  readonly event_id: string;
  readonly outcome: 'achieved' | 'no_match' | 'duplicate' | 'unknown_tenant';
  readonly achievements: readonly Shown<typeof eventAchievementView>[];
}

/** Decisions with ids for their achievements, and the requests that brought their events. */
export const named = (
  decisions: readonly Decision[],
  arrivals: readonly Arrival[],
  nextId: () => string,
): NamedDecision[] => {
  const brought = new Map(arrivals.map((arrival) => [arrival.event, arrival]));
  return decisions.map((decision) => ({
    ...decision,
    reached: decision.reached.map((one) => {
      const { requestId = null, traceparent = null } = brought.get(one.event) ?? {};
      return { ...one, id: nextId(), requestId, traceparent };
    }),
  }));
};

type Achievement = EventOutcome['achievements'][number];

/** What each event that is credited has achieved. */
export const creditedEvents = (decisions: readonly NamedDecision[]): Map<ContactEvent, Achievement[]> => {
  const credited = new Map<ContactEvent, Achievement[]>();
  for (const { enrollment, reached, exitGoal } of decisions) {
    for (const { id, goal, event } of reached) {
      const achievement = {
        id,
        enrollment_id: enrollment.id,
        workflow_id: enrollment.workflowId,
        workflow_goal_id: goal.id,
        exited: exitGoal === goal,
      };
      credited.set(event, [...(credited.get(event) ?? []), achievement]);
    }
  }
  return credited;
};

export interface Known {
  readonly tenants: ReadonlySet<string>;
  readonly credited: ReadonlyMap<ContactEvent, readonly Achievement[]>;
  /** Keys of events that were credited before. */
  readonly before: ReadonlySet<string>;
}

/** What is to be said of each event, in their order. */
export const outcomesOf = (arrivals: readonly Arrival[], { tenants, credited, before }: Known): EventOutcome[] =>
  arrivals.map(({ event }) => {
    const event_id = event.eventId;
    const achievements = credited.get(event);
    if (achievements) return { event_id, outcome: 'achieved', achievements };
    const hasTenant = tenants.has(event.tenantId);
    const outcome = !hasTenant ? 'unknown_tenant' : before.has(keyOf(event)) ? 'duplicate' : 'no_match';
    return { event_id, outcome, achievements: [] };
  });
