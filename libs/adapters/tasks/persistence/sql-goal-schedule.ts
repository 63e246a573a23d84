import { Injectable } from '@nestjs/common';
import type { GoalSchedule, OpenTask } from '#application/tasks/ports/goal-schedule';
import { Database } from '#adapters/shared/persistence/database';
import { isStillOpen } from '#adapters/tasks/persistence/task-columns';

/** What each waits for is looked up by its key: a sub-select with a value of its own is never turned into a join. */
export const OPEN_TASKS = `
  SELECT t.id, t.title, t.status, t.parent_task_id AS "parentTaskId", t.estimated_hours AS "estimatedHours",
    ARRAY(SELECT e.depends_on_id FROM task_dependencies e WHERE e.tenant_id = $1 AND e.task_id = t.id) AS dependencies
  FROM tasks t WHERE t.tenant_id = $1 AND t.goal_id = $2 AND ${isStillOpen('t')} ORDER BY t.id`;

@Injectable()
export class SqlGoalSchedule implements GoalSchedule {
  constructor(private readonly db: Database) {}

  openTasks(tenantId: string, goalId: string): Promise<OpenTask[]> {
    return this.db.query<OpenTask>(OPEN_TASKS, [tenantId, goalId]);
  }
}
