import { OPEN } from '#adapters/tasks/persistence/ready-tasks';

/** Whether task `alias` is one that others still wait for. */
export const isOpenTask = (alias: string): string => `${alias}.deleted_at IS NULL AND ${alias}.status IN ${OPEN}`;

/** Whether anything open stands before task `alias`. */
export const hasOpenPredecessor = (alias: string): string =>
  `EXISTS (SELECT FROM task_dependencies d JOIN tasks p ON p.tenant_id = d.tenant_id AND p.id = d.depends_on_id
     WHERE d.tenant_id = ${alias}.tenant_id AND d.task_id = ${alias}.id AND ${isOpenTask('p')})`;

/** Whether task `alias`, of goal `goal` (joined from the left), can be started (SPEC 6). */
export const isReadyTask = (alias: string, goal: string): string =>
  `(${alias}.status = 'todo' AND coalesce(${goal}.status, 'active') IN ('draft', 'active') AND NOT ${hasOpenPredecessor(alias)})`;
