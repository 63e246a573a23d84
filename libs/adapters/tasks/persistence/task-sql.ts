/** Whether task `alias` is one that others still wait for. */
export const isOpenTask = (alias: string): string =>
  `${alias}.deleted_at IS NULL AND ${alias}.status IN ('todo', 'in_progress', 'blocked')`;

/** Whether anything open stands before task `alias`. */
export const hasOpenPredecessor = (alias: string): string =>
  `EXISTS (SELECT FROM task_dependencies d JOIN tasks p ON p.tenant_id = d.tenant_id AND p.id = d.depends_on_id
     WHERE d.tenant_id = ${alias}.tenant_id AND d.task_id = ${alias}.id AND ${isOpenTask('p')})`;

/** Whether task `alias`, of goal `goal` (joined from the left), can be started (SPEC 6). */
export const isReadyTask = (alias: string, goal: string): string =>
  `(${alias}.status = 'todo' AND coalesce(${goal}.status, 'active') IN ('draft', 'active') AND NOT ${hasOpenPredecessor(alias)})`;

/** What is told of a task where one statement changes many. */
export interface TaskRow {
  readonly id: string;
  readonly goal_id: string | null;
  readonly title: string;
  readonly status: string;
  readonly priority: string;
  readonly assigned_to: string | null;
  readonly owner_id: string | null;
  readonly version: number;
}

export const taskRow = (alias: string): string =>
  ['id', 'goal_id', 'title', 'status', 'priority', 'assigned_to', 'owner_id', 'version']
    .map((column) => `${alias}.${column}`)
    .join(', ');
