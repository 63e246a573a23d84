import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Criteria } from '#domain/workflows/criteria';
import type { GoalLogic, GoalType } from '#domain/workflows/goal-type';

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

/** What was decided for one enrollment: the goals it reached, each with the event that is credited, and whether it exits. */
export interface Decision {
  readonly enrollment: OpenEnrollment;
  readonly reached: readonly { readonly goal: ActiveGoal; readonly event: ContactEvent }[];
  /** The goal that ended it; `null` while it goes on (logic `all`, set not complete). */
  readonly exitGoal: ActiveGoal | null;
}
