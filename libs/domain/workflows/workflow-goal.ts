import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { canonicalCriteria, type Criteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import type { NewWorkflowGoal, WorkflowGoalChanges } from '#domain/workflows/workflow-goal-input';

export interface WorkflowGoalState extends Versioned {
  readonly workflowId: string;
  readonly goalType: GoalType;
  readonly criteria: Criteria;
  /** The canonical form of `criteria`; equal ones mean the same. */
  readonly criteriaKey: string;
  readonly isActive: boolean;
  /** From when on its present criteria are in force; `null` until the workflow's first activation. */
  readonly activeSince: Date | null;
  /** How long after its enrollment a contact can reach it; the last instant counts. */
  readonly windowHours: number | null;
  /** From 1: under `any`, of goals reached at the same time the lowest counts. */
  readonly position: number;
  readonly deletedAt: Date | null;
}

const EDITABLE = ['criteria', 'isActive', 'activeSince', 'windowHours', 'position'] as const;
const OWN_CHANGES = ['criteria', 'isActive', 'windowHours', 'position'] as const;

/** An exit condition of a workflow (SPEC 4.2). The rules over all goals of a workflow stand in `WorkflowGoals`. */
export class WorkflowGoal extends Aggregate<WorkflowGoalState, WorkflowFact> {
  /** `inForceSince`: now when the workflow was ever activated, or the time an import gives; `null` before. */
  static configure(
    identity: {
      readonly id: string;
      readonly tenantId: string;
      readonly workflowId: string;
      readonly by: string | null;
    },
    goal: NewWorkflowGoal & { readonly position: number },
    inForceSince: Date | null,
    now: Date,
  ): WorkflowGoal {
    const { goalType, criteria, windowHours, position } = goal;
    const configured = new WorkflowGoal(
      {
        ...firstVersion(identity.id, identity.tenantId, identity.by, now),
        workflowId: identity.workflowId,
        goalType,
        criteria,
        criteriaKey: canonicalCriteria(criteria),
        isActive: true,
        activeSince: inForceSince,
        windowHours,
        position,
        deletedAt: null,
      },
      null,
    );
    configured.tell('workflow.goal.configured');
    return configured;
  }

  /**
   * Changes the fields given; `criteria` are replaced whole. Other criteria, and switching on, are in force from now on when
   * the workflow was ever activated: no goal is reached by what happened before (SPEC 4.2, 4.3).
   */
  edit(changes: WorkflowGoalChanges, workflowWasActive: boolean, now: Date): void {
    const { criteria } = changes;
    const next = { ...this.current, ...changes, ...(criteria && { criteriaKey: canonicalCriteria(criteria) }) };
    if (Object.keys(changesBetween(this.current, next, OWN_CHANGES)).length === 0) return;
    const starts = next.criteriaKey !== this.current.criteriaKey || (next.isActive && !this.current.isActive);
    const edited = starts && workflowWasActive ? { ...next, activeSince: now } : next;
    const told = changesBetween(this.current, edited, EDITABLE);
    this.change(edited);
    this.tell('workflow.goal.updated', { changes: told });
  }

  /** The workflow was activated for the first time: the criteria are in force, unless an import said since when. */
  start(now: Date): void {
    if (this.current.activeSince !== null) return;
    const changes = changesBetween(this.current, { ...this.current, activeSince: now }, EDITABLE);
    this.change({ activeSince: now });
    this.tell('workflow.goal.updated', { changes });
  }

  /** Hides it for good; its achievements keep pointing to it. */
  remove(now: Date): void {
    this.change({ deletedAt: now });
    this.tell('workflow.goal.removed');
  }

  means(goalType: GoalType, criteria: Criteria): boolean {
    return this.current.goalType === goalType && this.current.criteriaKey === canonicalCriteria(criteria);
  }

  private tell(type: WorkflowFact, more?: Readonly<Record<string, unknown>>): void {
    const { id, workflowId, goalType } = this.current;
    const details = { workflow_goal_id: id, workflow_id: workflowId, goal_type: goalType, ...more };
    this.facts.push({ type, goalId: id, details });
  }
}
