import { conflict, missing } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import { checkReferences, type Catalog, type CatalogReference } from '#domain/workflows/catalog';
import { referencesOf, type Criteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';
import type { ActivationReason, WorkflowState } from '#domain/workflows/workflow';
import { WorkflowGoal } from '#domain/workflows/workflow-goal';
import type { NewWorkflowGoal, WorkflowGoalChanges } from '#domain/workflows/workflow-goal-input';

/** All goals of one workflow that are not deleted, and the rules between them (SPEC 4.2). */
export class WorkflowGoals {
  private readonly goals: WorkflowGoal[];

  /** `limit`: how many goals a workflow may have, inactive ones included. */
  constructor(
    private readonly workflow: Pick<WorkflowState, 'id' | 'tenantId' | 'firstActivatedAt'>,
    live: readonly WorkflowGoal[],
    private readonly limit: number,
  ) {
    this.goals = [...live];
  }

  /** Every goal that is new or another than it was read: a change of position moves others along. */
  get changed(): readonly WorkflowGoal[] {
    return this.goals.filter((goal) => goal.state !== goal.stored);
  }

  find(id: string): Result<WorkflowGoal> {
    const goal = this.goals.find(({ state }) => state.id === id && state.deletedAt === null);
    return goal ? ok(goal) : err(missing('workflow_goal'));
  }

  /** Conflicts: `workflow_goal.limit-reached`, `workflow_goal.duplicate`. In force from now once the workflow was ever active. */
  configure(id: string, by: string | null, asked: NewWorkflowGoal, now: Date): Result<WorkflowGoal> {
    if (this.goals.length >= this.limit) return err(limitReached(this.limit));
    const unique = this.mustBeUnique(asked.goalType, asked.criteria);
    if (!unique.ok) return unique;
    const position = asked.position ?? this.lastPosition + 1;
    this.makeRoom(position, now);
    const identity = { id, tenantId: this.workflow.tenantId, workflowId: this.workflow.id, by };
    const inForceSince = asked.activeSince ?? (this.wasActive ? now : null);
    const goal = WorkflowGoal.configure(identity, { ...asked, position }, inForceSince, now);
    this.goals.push(goal);
    return ok(goal);
  }

  /** Conflict: `workflow_goal.duplicate`. */
  edit(goal: WorkflowGoal, changes: WorkflowGoalChanges, now: Date): Result<void> {
    const { criteria, position } = changes;
    const unique = criteria ? this.mustBeUnique(goal.state.goalType, criteria, goal) : done;
    if (!unique.ok) return unique;
    if (position !== undefined && position !== goal.state.position) this.makeRoom(position, now, goal);
    goal.edit(changes, this.wasActive, now);
    return done;
  }

  /** The workflow's first activation puts its goals in force. */
  start(now: Date): void {
    for (const goal of this.goals) goal.start(now);
  }

  /** What the catalog can be asked before the workflow is activated. */
  get references(): readonly CatalogReference[] {
    return this.goals.flatMap(({ state }) => referencesOf(state.goalType, state.criteria));
  }

  /** Why the workflow cannot be activated: goals that name what the catalog no longer has (SPEC 4.1). */
  reasonsAgainstActivation(known: Catalog): ActivationReason[] {
    return this.goals.flatMap(({ state }) =>
      checkReferences(referencesOf(state.goalType, state.criteria), known).map(({ code, detail }) => ({
        workflow_goal_id: state.id,
        code,
        detail,
      })),
    );
  }

  private get wasActive(): boolean {
    return this.workflow.firstActivatedAt !== null;
  }

  private get lastPosition(): number {
    return Math.max(0, ...this.goals.map(({ state }) => state.position));
  }

  private mustBeUnique(goalType: GoalType, criteria: Criteria, except?: WorkflowGoal): Result<void> {
    const twin = this.goals.find((goal) => goal !== except && goal.means(goalType, criteria));
    return twin ? err(duplicate(twin.state.id)) : done;
  }

  /** A taken position moves its goal, and those behind it, down by one (DECISIONS). */
  private makeRoom(position: number, now: Date, except?: WorkflowGoal): void {
    const others = this.goals.filter((goal) => goal !== except);
    if (!others.some(({ state }) => state.position === position)) return;
    for (const goal of others)
      if (goal.state.position >= position) goal.edit({ position: goal.state.position + 1 }, this.wasActive, now);
  }
}

const limitReached = (limit: number) =>
  conflict('workflow_goal.limit-reached', `Maximum of ${limit} goals per workflow exceeded`, { limit });

const duplicate = (existingId: string) =>
  conflict('workflow_goal.duplicate', 'The workflow already has a goal of this type with equal criteria.', {
    existing_id: existingId,
  });
