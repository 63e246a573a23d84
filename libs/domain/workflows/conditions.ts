import type { ContactEvent } from '#domain/workflows/contact-event';
import { matches, type Criteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';

/** What of a goal, an enrollment and an event the conditions of SPEC 4.3 ask for. The decision and its explanation share them. */
export interface JudgedGoal {
  readonly id: string;
  readonly tenantId: string;
  readonly goalType: GoalType;
  readonly criteria: Criteria;
  readonly activeSince: Date | null;
  readonly windowHours: number | null;
}

export interface JudgedEnrollment {
  readonly tenantId: string;
  /** `null`: the contact was erased. */
  readonly contactId: string | null;
  readonly enrolledAt: Date;
  readonly achievedGoalIds: ReadonlySet<string>;
}

const HOUR = 3_600_000;

export const isOfTenant = (event: ContactEvent, owned: { readonly tenantId: string }): boolean =>
  event.tenantId === owned.tenantId;

export const isOfContact = (event: ContactEvent, enrollment: JudgedEnrollment): boolean =>
  isOfTenant(event, enrollment) && event.contactId === enrollment.contactId;

/** An event of the enrollment's own millisecond counts. */
export const isSinceEnrollment = (event: ContactEvent, enrollment: JudgedEnrollment): boolean =>
  event.occurredAt.getTime() >= enrollment.enrolledAt.getTime();

/** No goal is reached by what happened before its criteria were in force. */
export const isSinceInForce = (event: ContactEvent, goal: JudgedGoal): boolean =>
  goal.activeSince !== null && event.occurredAt.getTime() >= goal.activeSince.getTime();

/** The last instant in which the goal can be reached; `null`: no window. */
export const windowEnd = (goal: JudgedGoal, enrollment: JudgedEnrollment): Date | null =>
  goal.windowHours === null ? null : new Date(enrollment.enrolledAt.getTime() + goal.windowHours * HOUR);

export const isWithinWindow = (event: ContactEvent, goal: JudgedGoal, enrollment: JudgedEnrollment): boolean =>
  goal.windowHours === null || event.occurredAt.getTime() <= enrollment.enrolledAt.getTime() + goal.windowHours * HOUR;

export const isUnachieved = (goal: JudgedGoal, enrollment: JudgedEnrollment): boolean =>
  !enrollment.achievedGoalIds.has(goal.id);

/** Conditions 2 and 3: what the event itself decides, by its own time. */
export const qualifies = (event: ContactEvent, goal: JudgedGoal, enrollment: JudgedEnrollment): boolean =>
  isSinceEnrollment(event, enrollment) &&
  isSinceInForce(event, goal) &&
  isWithinWindow(event, goal, enrollment) &&
  matches(goal.goalType, goal.criteria, event);
