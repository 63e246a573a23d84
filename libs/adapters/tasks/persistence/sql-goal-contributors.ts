import { Injectable } from '@nestjs/common';
import type { GoalContributors, TaskOfGoal } from '#application/goals/contract';
import { Database } from '#adapters/shared/persistence/database';

@Injectable()
export class SqlGoalContributors implements GoalContributors {
  constructor(private readonly db: Database) {}

  tasksOf(tenantId: string, goalIds: readonly string[]): Promise<TaskOfGoal[]> {
    return this.db.prepared<TaskOfGoal>(TASKS_OF, [tenantId, goalIds]);
  }
}

/**
 * Rows are looked up one key after the other; `OFFSET 0` keeps the planner from doing it in another way (ADR 0030). What is
 * deleted is left out behind it: in front, one of the indexes of what is live would do for all tasks of the tenant.
 */
export const TASKS_OF = `
  SELECT t.id, t."goalId", t.name, t.status, t."percentComplete", t."estimatedHours",
    EXISTS (SELECT FROM (
      SELECT deleted_at FROM tasks WHERE tenant_id = $1 AND parent_task_id = t.id OFFSET 0
    ) s WHERE s.deleted_at IS NULL) AS "hasSubtasks"
  FROM unnest($2::uuid[]) AS goal (id),
  LATERAL (
    SELECT id, goal_id AS "goalId", title AS name, status, percent_complete AS "percentComplete",
      estimated_hours AS "estimatedHours", deleted_at
    FROM tasks WHERE tenant_id = $1 AND goal_id = goal.id OFFSET 0
  ) t
  WHERE t.deleted_at IS NULL ORDER BY t.name, t.id`;
