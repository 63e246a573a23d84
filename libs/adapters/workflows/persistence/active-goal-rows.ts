import type { Criteria } from '#domain/workflows/criteria';
import type { ActiveGoal, ActiveWorkflow } from '#domain/workflows/decide';
import type { GoalLogic, GoalType } from '#domain/workflows/goal-type';

/** An active goal as SQL tells it, beside the logic of its workflow. */
export interface ActiveGoalRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly goal_type: GoalType;
  readonly criteria: Criteria;
  readonly active_since: string;
  readonly window_hours: number | null;
  readonly position: number;
  readonly goal_logic: GoalLogic;
}

/** The columns of an `ActiveGoalRow`, of goal `g` in workflow `w`. */
export const ACTIVE_GOAL = `g.id, g.tenant_id, g.workflow_id, g.goal_type, g.criteria, g.active_since, g.window_hours, g.position,
  w.goal_logic`;

const activeGoalOf = (row: ActiveGoalRow): ActiveGoal => ({
  id: row.id,
  tenantId: row.tenant_id,
  workflowId: row.workflow_id,
  goalType: row.goal_type,
  criteria: row.criteria,
  activeSince: new Date(row.active_since),
  windowHours: row.window_hours,
  position: row.position,
});

/** Rows of goals as the workflows they belong to, by id. */
export const workflowsOf = (rows: readonly ActiveGoalRow[]): Map<string, ActiveWorkflow> => {
  const workflows = new Map<string, ActiveWorkflow>();
  for (const row of rows) {
    const { goals = [] } = workflows.get(row.workflow_id) ?? {};
    const goalLogic = row.goal_logic;
    workflows.set(row.workflow_id, {
      id: row.workflow_id,
      tenantId: row.tenant_id,
      goalLogic,
      goals: [...goals, activeGoalOf(row)],
    });
  }
  return workflows;
};
