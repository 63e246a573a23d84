import type { GoalType } from '#domain/workflows/goal-type';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import type { NamedDecision } from '#application/workflows/ports/detection-store';
import type { AuditEntry, Told } from '#adapters/shared/persistence/journal';
import type { Count } from '#adapters/workflows/persistence/counters';

/** An achievement that was written. */
export interface Achieved {
  readonly id: string;
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly enrollment_id: string;
  readonly contact_id: string;
  readonly workflow_goal_id: string;
  readonly goal_type: GoalType;
  readonly achieved_at: string;
  readonly event_id: string;
  readonly request_id: string | null;
  readonly traceparent: string | null;
  readonly first_of_type: boolean;
}

/** An enrollment that was ended. `achieved_at`: the latest of its achievements. */
export interface Exited {
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly enrollment_id: string;
  readonly contact_id: string;
  readonly workflow_goal_id: string;
  readonly goal_type: GoalType;
  readonly request_id: string | null;
  readonly traceparent: string | null;
  readonly time_to_goal_ms: number;
  readonly achieved_at: string;
  readonly cancelled_actions: number;
}

interface Entry {
  readonly audit: AuditEntry;
  readonly fact: Told<WorkflowFact>;
}

/** What is written of each goal a decision says was reached; the tenant is that of the event. */
export const achievementRow = ({ enrollment, reached }: NamedDecision) =>
  reached.map(({ id, goal, event, requestId, traceparent }) => ({
    id,
    tenant_id: event.tenantId,
    workflow_id: enrollment.workflowId,
    enrollment_id: enrollment.id,
    contact_id: enrollment.contactId,
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
    request_id: requestId,
    traceparent: traceparent ?? undefined,
  }));

/** What is asked of the end of an enrollment. */
export const exitRow = ({ enrollment, exitGoal, reached }: NamedDecision) => {
  const last = reached.find(({ goal }) => goal === exitGoal);
  return {
    tenant_id: enrollment.tenantId,
    enrollment_id: enrollment.id,
    contact_id: enrollment.contactId,
    workflow_goal_id: exitGoal?.id,
    goal_type: exitGoal?.goalType,
    request_id: last?.requestId,
    traceparent: last?.traceparent ?? undefined,
  };
};

export const achievementTold = (row: Achieved): Entry => ({
  audit: {
    tenantId: row.tenant_id,
    requestId: row.request_id,
    action: 'workflow.goal.achieved',
    entityType: 'enrollment',
    entityId: row.enrollment_id,
    changes: {
      workflow_goal_id: { old: null, new: row.workflow_goal_id },
      achieved_at: { old: null, new: row.achieved_at },
    },
  },
  fact: {
    tenantId: row.tenant_id,
    requestId: row.request_id,
    traceparent: row.traceparent,
    type: 'workflow.goal.achieved',
    goalId: row.workflow_goal_id,
    details: {
      achievement_id: row.id,
      workflow_goal_id: row.workflow_goal_id,
      workflow_id: row.workflow_id,
      enrollment_id: row.enrollment_id,
      contact_id: row.contact_id,
      goal_type: row.goal_type,
      achieved_at: row.achieved_at,
      event_id: row.event_id,
    },
  },
});

export const exitTold = (row: Exited, now: Date): Entry => ({
  audit: {
    tenantId: row.tenant_id,
    requestId: row.request_id,
    action: 'workflow.exit.goal',
    entityType: 'enrollment',
    entityId: row.enrollment_id,
    changes: {
      status: { old: 'active', new: 'completed_goal' },
      exited_at: { old: null, new: now },
      exit_reason: { old: null, new: 'goal_achieved' },
    },
  },
  fact: {
    tenantId: row.tenant_id,
    requestId: row.request_id,
    traceparent: row.traceparent,
    type: 'workflow.exit.goal',
    goalId: row.workflow_goal_id,
    details: {
      workflow_id: row.workflow_id,
      enrollment_id: row.enrollment_id,
      contact_id: row.contact_id,
      exit_reason: 'goal_achieved',
      workflow_goal_id: row.workflow_goal_id,
      goal_type: row.goal_type,
      cancelled_actions: row.cancelled_actions,
    },
  },
});

/** What a batch adds to the daily counters; an enrollment counts once for each goal type. */
export const countersOf = (achieved: readonly Achieved[], exited: readonly Exited[], now: Date): Count[] => {
  const firsts = new Map(
    achieved.filter(({ first_of_type }) => first_of_type).map((row) => [`${row.enrollment_id} ${row.goal_type}`, row]),
  );
  return [
    ...[...firsts.values()].map(({ tenant_id, workflow_id, achieved_at: at, goal_type }) => ({
      tenant_id,
      workflow_id,
      at,
      counter: goal_type,
      value: 1,
    })),
    ...exited.flatMap(({ tenant_id, workflow_id, achieved_at: at, time_to_goal_ms }): Count[] => [
      { tenant_id, workflow_id, at: now.toISOString(), counter: 'ended', value: 1 },
      { tenant_id, workflow_id, at, counter: 'goals_achieved', value: 1 },
      { tenant_id, workflow_id, at, counter: 'time_to_goal_ms', value: time_to_goal_ms },
    ]),
  ];
};
