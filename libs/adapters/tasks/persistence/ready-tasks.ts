import type { TaskFact } from '#domain/tasks/outgoing';
import type { Database } from '#adapters/shared/persistence/database';
import type { Told } from '#adapters/shared/persistence/journal';
import { IS_READY } from '#adapters/tasks/persistence/task-sql';

/** What is told of a task, whatever has happened to it. */
export interface ToldTask {
  readonly id: string;
  readonly goal_id: string | null;
  readonly title: string;
  readonly status: string;
  readonly priority: string;
  readonly assigned_to: string | null;
  readonly owner_id: string | null;
  readonly version: number;
}

/** Its columns, of tasks `t`. */
export const TOLD = 't.id, t.goal_id, t.title, t.status, t.priority, t.assigned_to, t.owner_id, t.version';

/** A fact about a task, for the outbox; `more`: what its type says beside what all say. */
export const toldOf = (
  type: TaskFact,
  { id, goal_id, version, title, status, priority, assigned_to, owner_id }: ToldTask,
  more: Readonly<Record<string, unknown>> = {},
): Told<TaskFact> => ({
  type,
  ...(goal_id !== null && { goalId: goal_id }),
  version,
  details: { task_id: id, title, status, priority, assigned_to, owner_id, ...more },
});

/**
 * What has become ready because these tasks, which were open, are so no more: what waited for one of them and for nothing else
 * that is open, is to be done, and is of no goal that is closed, on hold or deleted (SPEC 6). One key after the other, see `TASKS_OF`.
 */
export const readyAfter = async (db: Database, tenantId: string, closed: readonly string[]): Promise<ToldTask[]> =>
  closed.length === 0 ? [] : db.query<ToldTask>(READY_AFTER, [tenantId, closed]);

export const READY_AFTER = `
  SELECT ${TOLD} FROM (
    SELECT DISTINCT d.task_id FROM unnest($2::uuid[]) AS closed (id),
    LATERAL (SELECT task_id FROM task_dependencies WHERE tenant_id = $1 AND depends_on_id = closed.id OFFSET 0) d
  ) successor,
  LATERAL (SELECT * FROM tasks WHERE tenant_id = $1 AND id = successor.task_id OFFSET 0) t
  WHERE ${IS_READY}
  ORDER BY t.id`;
