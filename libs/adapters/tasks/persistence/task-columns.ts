import { taskView } from '#application/tasks/views';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { GOAL_LETS, isOpenTask } from '#adapters/tasks/persistence/task-sql';

const COLUMNS = columnsOf(taskView, 't', {
  dependencies: 'd.dependencies',
  blocked_by: 'd.blocked_by',
  is_blocked: `(t.status = 'blocked' OR d.blocked_by <> '{}')`,
  is_ready: `(t.status = 'todo' AND d.blocked_by = '{}' AND ${GOAL_LETS})`,
});

/** What `d` knows of task `t`. Each predecessor is looked up by its key. */
const DEPENDENCIES = `
  SELECT coalesce(array_agg(e.depends_on_id ORDER BY e.depends_on_id), '{}') AS dependencies,
    coalesce(array_agg(e.depends_on_id ORDER BY e.depends_on_id) FILTER (WHERE p.is_open), '{}') AS blocked_by
  FROM task_dependencies e,
  LATERAL (SELECT ${isOpenTask('p')} AS is_open FROM tasks p WHERE p.tenant_id = $1 AND p.id = e.depends_on_id OFFSET 0) p
  WHERE e.tenant_id = $1 AND e.task_id = t.id`;

/**
 * The tasks of tenant $1 with the ids $2 as they are shown, in that order, deleted or not. One row after the other is looked up;
 * `OFFSET 0` keeps the planner from doing it in another way (ADR 0030).
 */
export const SHOWN_TASKS = `
  SELECT shown.* FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place),
  LATERAL (
    SELECT ${COLUMNS} FROM tasks t, LATERAL (${DEPENDENCIES}) d
    WHERE t.tenant_id = $1 AND t.id = wanted.id OFFSET 0
  ) shown ORDER BY wanted.place`;
