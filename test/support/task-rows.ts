import { v7 } from 'uuid';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { GoalDependants, RollUpGoals } from '#application/goals/contract';
import { Database } from '#adapters/shared/persistence/database';
import type { TestApp } from './app';
import type { StoredTask } from './fakes/in-memory-goal-tasks';
import { inDoor } from './in-door';
import { expectOk } from './results';

export type NewTask = Partial<
  StoredTask & { readonly priority: string; readonly assignedTo: string; readonly ownerId: string }
>;

/** Puts a task into the database as it is, whatever may lead there, and answers its id. */
export const putTask = async (app: TestApp, tenantId: string, goalId: string | null, task: NewTask = {}) => {
  const { id = v7(), status = 'todo', deletionId = null, dependsOn = [] } = task;
  const reason = task.blockedReason ?? (status === 'blocked' ? 'because' : null);
  await app.sql.query(
    `INSERT INTO tasks (tenant_id, id, goal_id, parent_task_id, title, status, priority, assigned_to, owner_id, blocked_reason,
       percent_complete, estimated_hours, completed_at, deletion_id, deleted_at, version, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $6 = 'completed' THEN now() END, $13,
       CASE WHEN $13::uuid IS NOT NULL THEN now() END, 1, now(), now())`,
    [
      ...[
        tenantId,
        id,
        goalId,
        task.parentTaskId ?? null,
        task.title ?? `task ${id}`,
        status,
        task.priority ?? 'medium',
      ],
      ...[task.assignedTo ?? null, task.ownerId ?? null, reason],
      ...[task.percentComplete ?? (status === 'completed' ? 100 : 0), task.estimatedHours ?? null, deletionId],
    ],
  );
  for (const dependency of dependsOn)
    await app.sql.query(
      `INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at) VALUES ($1, $2, $3, now())`,
      [tenantId, id, dependency],
    );
  return id;
};

/**
 * Changes a task while it is open, as whoever works on it would: behind the board, with its goal worked out in the same
 * transaction.
 */
export const workOn = (
  app: TestApp,
  actor: Actor,
  id: string,
  status: string,
  percentComplete: number,
): Promise<void> =>
  inDoor(app, actor, async () => {
    const { tenantId } = actor;
    await app.nest.get<GoalDependants>(GoalDependants).hold(tenantId);
    const goals = await app.nest.get<Database>(Database).query<{ goal_id: string }>(
      `UPDATE tasks SET status = $3, percent_complete = $4, version = version + 1,
         completed_at = CASE WHEN $3 = 'completed' THEN now() END
       WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL AND status IN ('todo', 'in_progress')
       RETURNING goal_id`,
      [tenantId, id, status, percentComplete],
    );
    const goalIds = goals.map(({ goal_id }) => goal_id);
    expectOk(await app.nest.get<Door>(Door).send(new RollUpGoals(actor, goalIds)));
  });
