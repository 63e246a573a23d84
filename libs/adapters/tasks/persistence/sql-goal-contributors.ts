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

/** Rows are looked up one key after the other; `OFFSET 0` keeps the planner from doing it in another way (ADR 0030). */
export const TASKS_OF = `
  SELECT t.* FROM unnest($2::uuid[]) AS goal (id),
  LATERAL (
    SELECT k.id, k.goal_id AS "goalId", k.title AS name, k.status, k.percent_complete AS "percentComplete",
      k.estimated_hours AS "estimatedHours",
      EXISTS (SELECT FROM tasks s WHERE s.tenant_id = $1 AND s.parent_task_id = k.id AND s.deleted_at IS NULL OFFSET 0)
        AS "hasSubtasks"
    FROM tasks k WHERE k.tenant_id = $1 AND k.goal_id = goal.id AND k.deleted_at IS NULL OFFSET 0
  ) t ORDER BY t.name, t.id`;
