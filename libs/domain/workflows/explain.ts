import * as conditions from '#domain/workflows/conditions';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { criterionChecks } from '#domain/workflows/criteria';
import { isOpen, OPEN_STATUSES, type EnrollmentStatus } from '#domain/workflows/enrollment';
import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import type { WorkflowStatus } from '#domain/workflows/workflow';

export interface ExplainedGoal extends conditions.JudgedGoal {
  readonly isActive: boolean;
}

export interface ExplainedEnrollment extends conditions.JudgedEnrollment {
  readonly status: EnrollmentStatus;
}

/** One condition of SPEC 4.3: what it asks for, what it found (`null`: nothing), and whether it holds. */
export interface Condition {
  readonly condition: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly passed: boolean;
}

export interface Explanation {
  readonly conditions: readonly Condition[];
  /** The name of the first condition that does not hold; `null`: the event reaches the goal. */
  readonly first_failed: string | null;
}

/**
 * Why an event reaches a workflow goal, or does not: every condition of SPEC 4.3 in its order (4.7), by the very predicates
 * that decide. Without an enrollment, all that ask for one fail.
 */
export const explain = (
  goal: ExplainedGoal,
  workflow: { readonly status: WorkflowStatus },
  enrollment: ExplainedEnrollment | null,
  event: ContactEvent,
): Explanation => {
  const all = [
    ...whoAndWhere(goal, workflow, enrollment, event),
    ...what(goal, event),
    ...when(goal, enrollment, event),
    condition('not_yet_achieved', true, enrollment && conditions.isUnachieved(goal, enrollment)),
  ];
  return { conditions: all, first_failed: all.find(({ passed }) => !passed)?.condition ?? null };
};

const condition = (name: string, expected: unknown, actual: unknown, passed = actual === expected): Condition => ({
  condition: name,
  expected,
  actual,
  passed,
});

const whoAndWhere = (
  goal: ExplainedGoal,
  workflow: { readonly status: WorkflowStatus },
  enrollment: ExplainedEnrollment | null,
  event: ContactEvent,
): Condition[] => {
  const status = enrollment?.status ?? null;
  const isOfContact = enrollment !== null && conditions.isOfContact(event, enrollment);
  return [
    condition('same_tenant', goal.tenantId, event.tenantId, conditions.isOfTenant(event, goal)),
    condition('same_contact', enrollment?.contactId ?? null, event.contactId, isOfContact),
    condition('enrollment_open', OPEN_STATUSES, status, status !== null && isOpen(status)),
    condition('workflow_active', 'active', workflow.status),
    condition('goal_active', true, goal.isActive),
  ];
};

const what = (goal: ExplainedGoal, event: ContactEvent): Condition[] => [
  condition('event_type', EVENT_TYPE_OF[goal.goalType], event.eventType),
  ...criterionChecks(goal.goalType, goal.criteria, event).map(({ criterion, expected, actual, passed }) =>
    condition(`criteria.${criterion}`, expected, actual, passed),
  ),
];

const when = (goal: ExplainedGoal, enrollment: ExplainedEnrollment | null, event: ContactEvent): Condition[] => {
  const isSinceEnrollment = enrollment !== null && conditions.isSinceEnrollment(event, enrollment);
  const isWithinWindow = enrollment !== null && conditions.isWithinWindow(event, goal, enrollment);
  const latest = enrollment && conditions.windowEnd(goal, enrollment);
  return [
    condition('since_enrollment', notBefore(enrollment?.enrolledAt ?? null), event.occurredAt, isSinceEnrollment),
    condition('since_active', notBefore(goal.activeSince), event.occurredAt, conditions.isSinceInForce(event, goal)),
    condition('within_window', { not_after: latest }, event.occurredAt, isWithinWindow),
  ];
};

const notBefore = (time: Date | null) => ({ not_before: time });
