import type { OpenEnrollment } from '#domain/workflows/decide';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import type { NamedDecision } from '#application/workflows/ports/detection-store';
import { jsons, texts, uuids } from '#adapters/shared/persistence/arrays';
import type { AuditEntry, Told } from '#adapters/shared/persistence/journal';
import type { Count, GoalTime } from '#adapters/workflows/persistence/counters';

/** A goal that a decision says was reached. */
export interface Achievement {
  readonly id: string;
  readonly enrollment: OpenEnrollment;
  readonly reached: NamedDecision['reached'][number];
  /** RFC 3339 in UTC. */
  readonly achievedAt: string;
}

/** An achievement that was written. */
export interface Achieved extends Achievement {
  /** Whether its enrollment had reached no goal of this type before the batch. */
  readonly isFirstOfType: boolean;
}

/** An enrollment that a decision ends, and the goal that ends it. */
export interface Exit {
  readonly enrollment: OpenEnrollment;
  readonly last: NamedDecision['reached'][number];
}

/** An enrollment that was ended. */
export interface Exited extends Exit {
  readonly timeToGoalMs: number;
  /** Of the latest of its achievements; RFC 3339 in UTC. */
  readonly achievedAt: string;
  readonly cancelledActions: number;
}

interface Entry {
  readonly audit: AuditEntry;
  readonly fact: Told<WorkflowFact>;
}

export const achievementsOf = ({ enrollment, reached }: NamedDecision): Achievement[] =>
  reached.map((one) => ({ id: one.id, enrollment, reached: one, achievedAt: one.event.occurredAt.toISOString() }));

export const exitOf = ({ enrollment, exitGoal, reached }: NamedDecision): Exit[] => {
  const last = reached.find(({ goal }) => goal === exitGoal);
  return last ? [{ enrollment, last }] : [];
};

/** What is written of them, column by column; the tenant is that of the event. */
export const achievementColumns = (all: readonly Achievement[]): unknown[] => [
  uuids(all.map(({ reached }) => reached.event.tenantId)),
  uuids(all.map(({ id }) => id)),
  uuids(all.map(({ enrollment }) => enrollment.id)),
  uuids(all.map(({ reached }) => reached.goal.id)),
  texts(all.map(({ reached }) => reached.goal.goalType)),
  all.map(({ achievedAt }) => achievedAt),
  texts(all.map(({ reached }) => reached.event.eventId)),
  jsons(all.map(triggerEventOf)),
  texts(all.map(({ reached }) => reached.event.source)),
];

const triggerEventOf = ({ reached: { event }, achievedAt }: Achievement): string =>
  JSON.stringify({
    event_id: event.eventId,
    event_type: event.eventType,
    occurred_at: achievedAt,
    source: event.source,
    data: event.data,
  });

// Thousands of times a second: each object is written out whole. Put together by spreading they took a tenth of a worker's time.

export const achievementTold = (one: Achieved): Entry => ({ audit: auditOf(one), fact: factOf(one) });

const auditOf = ({ enrollment, reached: { goal, event, requestId }, achievedAt }: Achieved): AuditEntry => ({
  tenantId: event.tenantId,
  requestId,
  action: 'workflow.goal.achieved',
  entityType: 'enrollment',
  entityId: enrollment.id,
  changes: {
    workflow_goal_id: { old: null, new: goal.id },
    achieved_at: { old: null, new: achievedAt },
  },
});

const factOf = ({ id, enrollment, reached, achievedAt }: Achieved): Told<WorkflowFact> => ({
  tenantId: reached.event.tenantId,
  requestId: reached.requestId,
  traceparent: reached.traceparent,
  type: 'workflow.goal.achieved',
  goalId: reached.goal.id,
  details: {
    achievement_id: id,
    workflow_goal_id: reached.goal.id,
    workflow_id: enrollment.workflowId,
    enrollment_id: enrollment.id,
    contact_id: enrollment.contactId,
    goal_type: reached.goal.goalType,
    achieved_at: achievedAt,
    event_id: reached.event.eventId,
  },
});

export const exitTold = (one: Exited, now: string): Entry => ({ audit: exitAuditOf(one, now), fact: exitFactOf(one) });

const exitAuditOf = ({ enrollment, last }: Exited, now: string): AuditEntry => ({
  tenantId: enrollment.tenantId,
  requestId: last.requestId,
  action: 'workflow.exit.goal',
  entityType: 'enrollment',
  entityId: enrollment.id,
  changes: {
    status: { old: 'active', new: 'completed_goal' },
    exited_at: { old: null, new: now },
    exit_reason: { old: null, new: 'goal_achieved' },
  },
});

const exitFactOf = ({ enrollment, last, cancelledActions }: Exited): Told<WorkflowFact> => ({
  tenantId: enrollment.tenantId,
  requestId: last.requestId,
  traceparent: last.traceparent,
  type: 'workflow.exit.goal',
  goalId: last.goal.id,
  details: {
    workflow_id: enrollment.workflowId,
    enrollment_id: enrollment.id,
    contact_id: enrollment.contactId,
    exit_reason: 'goal_achieved',
    workflow_goal_id: last.goal.id,
    goal_type: last.goal.goalType,
    cancelled_actions: cancelledActions,
  },
});

export const goalTimeOf = ({ enrollment, timeToGoalMs }: Exited): GoalTime => ({
  tenant_id: enrollment.tenantId,
  workflow_id: enrollment.workflowId,
  time_to_goal_ms: timeToGoalMs,
});

/** What a batch adds to the daily counters; an enrollment counts once for each goal type. */
export const countersOf = (achieved: readonly Achieved[], exited: readonly Exited[], now: string): Count[] => {
  const counts: Count[] = [];
  const count = ({ tenantId, workflowId }: OpenEnrollment, at: string, counter: Count['counter'], value: number) =>
    counts.push({ tenant_id: tenantId, workflow_id: workflowId, at, counter, value });
  const counted = new Set<string>();
  for (const { enrollment, reached, achievedAt, isFirstOfType } of achieved) {
    const { goalType } = reached.goal;
    const key = `${enrollment.id} ${goalType}`;
    if (isFirstOfType && !counted.has(key)) count(enrollment, achievedAt, goalType, 1);
    counted.add(key);
  }
  for (const { enrollment, achievedAt, timeToGoalMs } of exited) {
    count(enrollment, now, 'ended', 1);
    count(enrollment, achievedAt, 'goals_achieved', 1);
    count(enrollment, achievedAt, 'time_to_goal_ms', timeToGoalMs);
  }
  return counts;
};
