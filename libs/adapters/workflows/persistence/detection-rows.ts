import type { OpenEnrollment } from '#domain/workflows/decide';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import type { NamedDecision } from '#application/workflows/ports/detection-store';
import type { AuditEntry, Told } from '#adapters/shared/persistence/journal';
import type { Count, GoalTime } from '#adapters/workflows/persistence/counters';

/** A goal that a decision says was reached. */
export interface Achievement {
  readonly id: string;
  readonly enrollment: OpenEnrollment;
  readonly reached: NamedDecision['reached'][number];
}

/** An achievement that was written. */
export interface Achieved extends Achievement {
  /** Whether its enrollment had reached no goal of this type before the batch. */
  readonly isFirstOfType: boolean;
}

/** An enrollment that was ended. */
export interface Exited {
  readonly decision: NamedDecision;
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
  reached.map((one) => ({ id: one.id, enrollment, reached: one }));

/** What is written of it; the tenant is that of the event. */
export const achievementRow = ({ id, enrollment, reached: { goal, event } }: Achievement) => ({
  id,
  tenant_id: event.tenantId,
  workflow_id: enrollment.workflowId,
  enrollment_id: enrollment.id,
  workflow_goal_id: goal.id,
  goal_type: goal.goalType,
  achieved_at: event.occurredAt,
  event_id: event.eventId,
  trigger_event: {
    event_id: event.eventId,
    event_type: event.eventType,
    occurred_at: event.occurredAt,
    source: event.source,
    data: event.data,
  },
  metadata: event.source === null ? {} : { source: event.source },
});

export const achievementTold = ({ id, enrollment, reached }: Achieved): Entry => {
  const { goal, event, requestId, traceparent } = reached;
  const whose = { tenantId: event.tenantId, requestId };
  const changes = {
    workflow_goal_id: { old: null, new: goal.id },
    achieved_at: { old: null, new: event.occurredAt },
  };
  const details = {
    achievement_id: id,
    workflow_goal_id: goal.id,
    ...subjectOf(enrollment),
    goal_type: goal.goalType,
    achieved_at: event.occurredAt,
    event_id: event.eventId,
  };
  const type = 'workflow.goal.achieved';
  return {
    audit: { ...whose, action: type, entityType: 'enrollment', entityId: enrollment.id, changes },
    fact: { ...whose, traceparent, type, goalId: goal.id, details },
  };
};

export const exitTold = ({ decision, cancelledActions }: Exited, now: Date): Entry => {
  const { enrollment, exitGoal, reached } = decision;
  const { requestId = null, traceparent = null } = reached.find(({ goal }) => goal === exitGoal) ?? {};
  const whose = { tenantId: enrollment.tenantId, requestId };
  const changes = {
    status: { old: 'active', new: 'completed_goal' },
    exited_at: { old: null, new: now },
    exit_reason: { old: null, new: 'goal_achieved' },
  };
  const details = {
    ...subjectOf(enrollment),
    exit_reason: 'goal_achieved',
    workflow_goal_id: exitGoal?.id,
    goal_type: exitGoal?.goalType,
    cancelled_actions: cancelledActions,
  };
  const type = 'workflow.exit.goal';
  return {
    audit: { ...whose, action: type, entityType: 'enrollment', entityId: enrollment.id, changes },
    fact: { ...whose, traceparent, type, ...(exitGoal && { goalId: exitGoal.id }), details },
  };
};

const subjectOf = ({ id, workflowId, contactId }: OpenEnrollment) => ({
  workflow_id: workflowId,
  enrollment_id: id,
  contact_id: contactId,
});

export const goalTimeOf = ({ decision: { enrollment }, timeToGoalMs }: Exited): GoalTime => ({
  tenant_id: enrollment.tenantId,
  workflow_id: enrollment.workflowId,
  time_to_goal_ms: timeToGoalMs,
});

/** What a batch adds to the daily counters; an enrollment counts once for each goal type. */
export const countersOf = (achieved: readonly Achieved[], exited: readonly Exited[], now: Date): Count[] => {
  const firsts = new Map(
    achieved
      .filter(({ isFirstOfType }) => isFirstOfType)
      .map((one) => [`${one.enrollment.id} ${one.reached.goal.goalType}`, one]),
  );
  return [
    ...[...firsts.values()].map(({ enrollment, reached: { goal, event } }) => ({
      ...{ tenant_id: enrollment.tenantId, workflow_id: enrollment.workflowId },
      ...{ at: event.occurredAt.toISOString(), counter: goal.goalType, value: 1 },
    })),
    ...exited.flatMap(({ decision: { enrollment }, achievedAt: at, timeToGoalMs }): Count[] => {
      const whose = { tenant_id: enrollment.tenantId, workflow_id: enrollment.workflowId };
      return [
        { ...whose, at: now.toISOString(), counter: 'ended', value: 1 },
        { ...whose, at, counter: 'goals_achieved', value: 1 },
        { ...whose, at, counter: 'time_to_goal_ms', value: timeToGoalMs },
      ];
    }),
  ];
};
