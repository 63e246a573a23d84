import { v7 } from 'uuid';
import type { GoalStatus } from '#domain/goals/words';
import type { TaskView } from '#application/tasks/views';
import type { TestApp } from './app';

/** A task as it is stored: what is derived is left out. */
export type StoredTask = Omit<TaskView, 'blocked_by' | 'is_blocked' | 'is_ready'>;

/** How a goal stands, as far as its tasks care. */
export interface StoredGoal {
  readonly id: string;
  readonly status: GoalStatus;
  readonly isDeleted: boolean;
}

const THEN = '2026-01-26T10:00:00.000Z';

export const storedTask = (more: Partial<StoredTask> = {}): StoredTask => ({
  id: v7(),
  goal_id: null,
  parent_task_id: null,
  title: 'A task',
  description: null,
  status: 'todo',
  priority: 'medium',
  owner_id: null,
  assigned_to: null,
  blocked_reason: more.status === 'blocked' ? 'because' : null,
  percent_complete: more.status === 'completed' ? 100 : 0,
  due_date: null,
  estimated_hours: null,
  actual_hours: null,
  completed_at: more.status === 'completed' ? THEN : null,
  tags: [],
  metadata: {},
  deleted_at: null,
  version: 1,
  created_at: THEN,
  created_by: null,
  updated_at: THEN,
  updated_by: null,
  dependencies: [],
  ...more,
});

const COLUMNS = Object.keys(storedTask()).filter((key) => key !== 'dependencies');

/** Writes tasks, and what they depend on, past the application. */
export const insertTasks = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  ...tasks: readonly StoredTask[]
): Promise<void> => {
  const values = [tenantId, JSON.stringify(tasks)];
  await app.rows(
    `INSERT INTO tasks (tenant_id, deletion_id, ${COLUMNS.join(', ')})
     SELECT $1, CASE WHEN t.deleted_at IS NOT NULL THEN t.id END, ${COLUMNS.map((name) => `t.${name}`).join(', ')}
     FROM json_populate_recordset(NULL::tasks, $2) t`,
    values,
  );
  await app.rows(
    `INSERT INTO task_tags (tenant_id, task_id, tag)
     SELECT $1, t.id, unnest(t.tags) FROM json_populate_recordset(NULL::tasks, $2) t`,
    values,
  );
  await app.rows(
    `INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at)
     SELECT $1, t.id, unnest(t.dependencies), now() FROM json_to_recordset($2) AS t (id uuid, dependencies uuid[])`,
    values,
  );
};

/** Writes goals past the application. */
export const insertGoals = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  ...goals: readonly StoredGoal[]
): Promise<void> => {
  await app.rows(
    `INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
       weight, assessment_status, completion_date, held_since, deleted_at, deletion_id, version, created_at, updated_at)
     SELECT $1, g.id, g.id || '/', 'a goal', 'tactical', g.status, 'low', 'low', 'manual', 'count', 1, 'pending',
       CASE WHEN g.status IN ('achieved', 'missed', 'abandoned') THEN now() END, CASE WHEN g.status = 'on_hold' THEN now() END,
       CASE WHEN g."isDeleted" THEN now() END, CASE WHEN g."isDeleted" THEN g.id END, 1, now(), now()
     FROM json_to_recordset($2) AS g (id uuid, status text, "isDeleted" boolean)`,
    [tenantId, JSON.stringify(goals)],
  );
};
