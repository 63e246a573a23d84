import { Injectable } from '@nestjs/common';
import type { GoalSchedule, OpenTask } from '#application/tasks/ports/goal-schedule';
import { Database } from '#adapters/shared/persistence/database';
import { isOpenTask } from '#adapters/tasks/persistence/task-sql';

/**
 * By the goal alone, and what each task waits for by its key: `OFFSET 0` keeps the planner from reading all that is not deleted
 * instead (ADR 0030).
 */
const OPEN_TASKS = `
  SELECT t.id, t.title, t.status, t.parent_task_id AS "parentTaskId", t.estimated_hours AS "estimatedHours",
    ARRAY(SELECT e.depends_on_id FROM task_dependencies e WHERE e.tenant_id = $1 AND e.task_id = t.id) AS dependencies
  FROM (SELECT * FROM tasks WHERE tenant_id = $1 AND goal_id = $2 OFFSET 0) t WHERE ${isOpenTask('t')} ORDER BY t.id`;

@Injectable()
export class SqlGoalSchedule implements GoalSchedule {
  constructor(private readonly db: Database) {}

  openTasks(tenantId: string, goalId: string): Promise<OpenTask[]> {
    return this.db.prepared<OpenTask>(OPEN_TASKS, [tenantId, goalId]);
  }
}
