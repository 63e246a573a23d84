import { Injectable } from '@nestjs/common';
import type { GoalSchedule, OpenTask } from '#application/tasks/ports/goal-schedule';
import { Database } from '#adapters/shared/persistence/database';
import { isOpenTask, WAITS } from '#adapters/tasks/persistence/task-sql';

const SHOWN = 't.id, t.goal_id, t.title, t.status, t.parent_task_id, t.estimated_hours';

/**
 * The goal's tasks by the goal alone, and from there each that one waits for by its key, once however many ways lead to it:
 * `OFFSET 0` keeps the planner from reading all that is not deleted instead (ADR 0030).
 */
const OPEN_TASKS = `
  WITH RECURSIVE r AS (
    SELECT ${SHOWN} FROM (SELECT * FROM tasks WHERE tenant_id = $1 AND goal_id = $2 OFFSET 0) t WHERE ${isOpenTask('t')}
    UNION
    SELECT ${SHOWN} FROM r CROSS JOIN LATERAL ${WAITS}
      CROSS JOIN LATERAL (SELECT * FROM tasks WHERE tenant_id = $1 AND id = w.id OFFSET 0) t WHERE ${isOpenTask('t')}
  )
  SELECT r.id, r.goal_id AS "goalId", r.title, r.status, r.parent_task_id AS "parentTaskId",
    r.estimated_hours AS "estimatedHours",
    ARRAY(SELECT e.depends_on_id FROM task_dependencies e WHERE e.tenant_id = $1 AND e.task_id = r.id) AS dependencies
  FROM r ORDER BY r.id`;

@Injectable()
export class SqlGoalSchedule implements GoalSchedule {
  constructor(private readonly db: Database) {}

  openTasks(tenantId: string, goalId: string): Promise<OpenTask[]> {
    return this.db.prepared<OpenTask>(OPEN_TASKS, [tenantId, goalId]);
  }
}
