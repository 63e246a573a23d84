import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Decision } from '#domain/workflows/decide';
import { view, type Shown } from '#application/shared/view';
import type { NamedDecision } from '#application/workflows/ports/detection-store';

/** An event that has come in. */
export interface Arrival {
  readonly event: ContactEvent;
  readonly requestId: string | null;
  /** Of what brought it, where that is traced: what the event causes goes on from there. */
  readonly traceparent: string | null;
  /** Whether somebody waits to hear its outcome; only then it is worth finding out that it is a duplicate. */
  readonly answered: boolean;
}

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

export const outcomeOf = (
  event: ContactEvent,
  achievements: readonly Achievement[] | undefined,
  { isKnown, hasTenant }: { readonly isKnown: boolean; readonly hasTenant: boolean },
): EventOutcome => {
  const event_id = event.eventId;
  if (achievements) return { event_id, outcome: 'achieved', achievements };
  const outcome = !hasTenant ? 'unknown_tenant' : isKnown ? 'duplicate' : 'no_match';
  return { event_id, outcome, achievements: [] };
};
