import { isUnachieved, qualifies } from '#domain/workflows/conditions';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Criteria } from '#domain/workflows/criteria';
import { EVENT_TYPE_OF, type EventType, type GoalLogic, type GoalType } from '#domain/workflows/goal-type';

/** An active goal of an active workflow, as far as the decision needs it. */
export interface ActiveGoal {
  readonly id: string;
  readonly tenantId: string;
  readonly workflowId: string;
  readonly goalType: GoalType;
  readonly criteria: Criteria;
  readonly activeSince: Date;
  readonly windowHours: number | null;
  readonly position: number;
}

/** An active workflow with its active goals. */
export interface ActiveWorkflow {
  readonly id: string;
  readonly tenantId: string;
  readonly goalLogic: GoalLogic;
  readonly goals: readonly ActiveGoal[];
}

/** An open enrollment. `contactId` is the caller's id of the contact; `achievedGoalIds` what it has reached already. */
export interface OpenEnrollment {
  readonly id: string;
  readonly tenantId: string;
  readonly workflowId: string;
  readonly contactId: string;
  readonly enrolledAt: Date;
  readonly achievedGoalIds: ReadonlySet<string>;
}

/** A goal, and the event that is credited with reaching it. */
export interface Reached {
  readonly goal: ActiveGoal;
  readonly event: ContactEvent;
}

/** What was decided for one enrollment: the goals it reached, each with the event that is credited, and whether it exits. */
export interface Decision {
  readonly enrollment: OpenEnrollment;
  readonly reached: readonly Reached[];
  /** The goal that ended it; `null` while it goes on (logic `all`, set not complete). */
  readonly exitGoal: ActiveGoal | null;
}

/**
 * Judges events against open enrollments of active workflows (SPEC 4.3): one decision for each enrollment that reached
 * something, in the order of the enrollments. Conditions that only the database knows (open, active, not deleted) are the
 * caller's: it hands in nothing else. The order of `events` and copies among them make no difference.
 *
 * Near-linear: an enrollment looks only at its own contact's events of the types its goals listen to.
 */
export const decide = (
  events: readonly ContactEvent[],
  workflows: ReadonlyMap<string, ActiveWorkflow>,
  enrollments: readonly OpenEnrollment[],
): Decision[] => {
  const eventsOf = byContact(events);
  return enrollments.flatMap((enrollment) => {
    const workflow = workflows.get(enrollment.workflowId);
    if (workflow?.tenantId !== enrollment.tenantId) return [];
    const reached = reachedBy(enrollment, workflow, eventsOf);
    if (reached.length === 0) return [];
    return [
      workflow.goalLogic === 'any' ? endsWithFirst(enrollment, reached) : endsWithAll(enrollment, workflow, reached),
    ];
  });
};

type EventsOfContact = ReadonlyMap<string, readonly ContactEvent[]>;

const groupKey = (type: EventType, tenantId: string, contactId: string): string => `${type} ${tenantId} ${contactId}`;

/** Each contact's events of each type, earliest first; of those at the same time the smallest id first. */
const byContact = (events: readonly ContactEvent[]): EventsOfContact => {
  const groups = new Map<string, ContactEvent[]>();
  for (const event of events) {
    const key = groupKey(event.eventType, event.tenantId, event.contactId);
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  for (const group of groups.values()) group.sort(byTimeThenId);
  return groups;
};

const byTime = (one: ContactEvent, other: ContactEvent): number =>
  one.occurredAt.getTime() - other.occurredAt.getTime();

const byText = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

const byTimeThenId = (one: ContactEvent, other: ContactEvent): number =>
  byTime(one, other) || byText(one.eventId, other.eventId);

/** Every goal not achieved before that an event reaches, with the earliest such event. */
const reachedBy = (enrollment: OpenEnrollment, workflow: ActiveWorkflow, eventsOf: EventsOfContact): Reached[] =>
  workflow.goals.flatMap((goal) => {
    if (!isUnachieved(goal, enrollment)) return [];
    const candidates = eventsOf.get(groupKey(EVENT_TYPE_OF[goal.goalType], enrollment.tenantId, enrollment.contactId));
    const event = candidates?.find((candidate) => qualifies(candidate, goal, enrollment));
    return event ? [{ goal, event }] : [];
  });

const byPosition = (one: Reached, other: Reached): number => one.goal.position - other.goal.position;

/** Which of several counts first: time, then position; the ids only make the answer certain. */
const byPrecedence = (one: Reached, other: Reached): number =>
  byTime(one.event, other.event) ||
  byPosition(one, other) ||
  byText(one.event.eventId, other.event.eventId) ||
  byText(one.goal.id, other.goal.id);

/** `any`: the first one alone is recorded, and ends the enrollment. */
const endsWithFirst = (enrollment: OpenEnrollment, reached: readonly Reached[]): Decision => {
  const first = reached.reduce((best, one) => (byPrecedence(one, best) < 0 ? one : best));
  return { enrollment, reached: [first], exitGoal: first.goal };
};

/** `all`: every one is recorded; the enrollment ends, with the latest, when no active goal is left. */
const endsWithAll = (enrollment: OpenEnrollment, workflow: ActiveWorkflow, reached: readonly Reached[]): Decision => {
  const before = enrollment.achievedGoalIds;
  const now = new Set(reached.map(({ goal }) => goal.id));
  const complete = workflow.goals.every(({ id }) => before.has(id) || now.has(id));
  const last = reached.reduce((best, one) => (byPrecedence(one, best) > 0 ? one : best));
  return { enrollment, reached: [...reached].sort(byPosition), exitGoal: complete ? last.goal : null };
};
