/** Statuses in which a task is open, as the domain's `isOpen`. */
export const OPEN = `('todo', 'in_progress', 'blocked')`;

/** Whether task `alias` is one that others still wait for. */
export const isOpenTask = (alias: string): string => `${alias}.deleted_at IS NULL AND ${alias}.status IN ${OPEN}`;

/** What task `r.id` waits for: what it depends on, and its subtasks. `$1` is the tenant, as everywhere here. */
export const WAITS = `(
  SELECT d.depends_on_id AS id FROM task_dependencies d WHERE d.tenant_id = $1 AND d.task_id = r.id
  UNION ALL
  SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.parent_task_id = r.id
) w`;

/**
 * Whether task `t` has no goal, or one that is being worked on. `OFFSET 0` has each goal looked up by its key, where the
 * planner would read all of the tenant's for one page (ADR 0053).
 */
export const GOAL_LETS = `(t.goal_id IS NULL OR EXISTS (
  SELECT FROM (SELECT g.status, g.deleted_at FROM goals g WHERE g.tenant_id = $1 AND g.id = t.goal_id OFFSET 0) g
  WHERE g.status IN ('draft', 'active') AND g.deleted_at IS NULL))`;

/** Whether task `t` can be started (SPEC 6). */
export const IS_READY = `t.status = 'todo' AND t.deleted_at IS NULL AND ${GOAL_LETS} AND NOT EXISTS (
  SELECT FROM (SELECT depends_on_id FROM task_dependencies WHERE tenant_id = $1 AND task_id = t.id OFFSET 0) d,
  LATERAL (SELECT status, deleted_at FROM tasks WHERE tenant_id = $1 AND id = d.depends_on_id OFFSET 0) p
  WHERE ${isOpenTask('p')})`;
