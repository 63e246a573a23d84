import type { TestApp } from './app';

export interface TaskRow {
  readonly id: string;
  readonly goal_id: string | null;
  readonly parent_task_id: string | null;
  readonly status: string;
  readonly percent_complete: number;
  readonly estimated_hours: number | null;
  readonly deleted_at: Date | null;
  readonly version: number;
}

export interface GoalRow {
  readonly id: string;
  readonly status: string;
  readonly progress_source: string;
  readonly task_weighting: string;
  readonly progress: number | null;
  readonly version: number;
}

/** Everything there is of a tenant's tasks, as it stands in the tables. */
export interface Board {
  readonly tasks: ReadonlyMap<string, TaskRow>;
  readonly goals: ReadonlyMap<string, GoalRow>;
  /** Task -> what it depends on. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

export const boardOf = async (app: TestApp, tenantId: string): Promise<Board> => {
  const tasks = await app.rows<TaskRow>('SELECT * FROM tasks WHERE tenant_id = $1', [tenantId]);
  const goals = await app.rows<GoalRow>('SELECT * FROM goals WHERE tenant_id = $1', [tenantId]);
  const edges = await app.rows<{ task_id: string; depends_on_id: string }>(
    'SELECT task_id, depends_on_id FROM task_dependencies WHERE tenant_id = $1 ORDER BY 1, 2',
    [tenantId],
  );
  const dependencies = new Map(tasks.map(({ id }) => [id, [] as string[]]));
  for (const { task_id, depends_on_id } of edges) dependencies.get(task_id)?.push(depends_on_id);
  const byId = <T extends { readonly id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
  return { tasks: byId(tasks), goals: byId(goals), dependencies };
};

export const isOpenTask = ({ status, deleted_at }: TaskRow): boolean =>
  deleted_at === null && ['todo', 'in_progress', 'blocked'].includes(status);

export const isLive = ({ deleted_at }: TaskRow): boolean => deleted_at === null;

export const subtasksOf = ({ tasks }: Board, id: string): TaskRow[] =>
  [...tasks.values()].filter((task) => task.parent_task_id === id && isLive(task));

export interface Flags {
  readonly blocked_by: readonly string[];
  readonly is_blocked: boolean;
  readonly is_ready: boolean;
}

/** What is derived of a task, from the words of SPEC 6. */
export const flagsOf = ({ tasks, goals, dependencies }: Board, task: TaskRow): Flags => {
  const blocked_by = (dependencies.get(task.id) ?? []).filter((id) => isOpenTask(tasks.get(id)!)).toSorted();
  const is_blocked = task.status === 'blocked' || blocked_by.length > 0;
  const goal = task.goal_id === null ? undefined : goals.get(task.goal_id);
  const goalIsOn = goal === undefined || ['draft', 'active'].includes(goal.status);
  return { blocked_by, is_blocked, is_ready: task.status === 'todo' && !is_blocked && goalIsOn };
};

/** What a goal of tasks should say, in ten-thousandths of a percent (SPEC 5, *Progress*). */
export const progressOf = (board: Board, goal: GoalRow): number | null => {
  const counting = [...board.tasks.values()].filter(
    (task) =>
      isLive(task) &&
      task.goal_id === goal.id &&
      task.status !== 'cancelled' &&
      subtasksOf(board, task.id).length === 0,
  );
  const estimates = counting.flatMap(({ estimated_hours }) => estimated_hours ?? []);
  const even = goal.task_weighting === 'count' || estimates.length === 0;
  // In thousandths of hours, times the number of estimates: the mean of the others is a whole number too.
  const number = BigInt(estimates.length);
  const total = estimates.reduce((sum, hours) => sum + BigInt(Math.round(hours * 1000)), 0n);
  let [over, under] = [0n, 0n];
  for (const { status, percent_complete, estimated_hours: hours } of counting) {
    const weight = even ? 1n : hours === null ? total : BigInt(Math.round(hours * 1000)) * number;
    over += weight * BigInt(status === 'completed' ? 1_000_000 : percent_complete * 10_000);
    under += weight;
  }
  if (under === 0n) return null;
  if (over === under * 1_000_000n) return 1_000_000;
  return Math.min(999_999, Number((2n * over + under) / (2n * under)));
};

/** Whether a task waits, over dependencies and subtasks together and through deleted ones, for itself. */
export const hasCircle = ({ tasks, dependencies }: Board): boolean => {
  const waitsFor = new Map([...tasks.keys()].map((id) => [id, [...(dependencies.get(id) ?? [])]]));
  for (const { id, parent_task_id } of tasks.values())
    if (parent_task_id !== null) waitsFor.get(parent_task_id)!.push(id);
  // Whoever waits for nobody is taken away, until nobody is left or all wait.
  for (let left = waitsFor.size; ;) {
    for (const [id, others] of waitsFor) if (!others.some((other) => waitsFor.has(other))) waitsFor.delete(id);
    if (waitsFor.size === left) return left > 0;
    left = waitsFor.size;
  }
};

/** Whether `from` would wait for itself if it waited for `to` too. */
export const wouldCircle = (board: Board, from: string, to: string): boolean => {
  const seen = new Set<string>();
  const reach = [to];
  for (let id = reach.pop(); id !== undefined; id = reach.pop()) {
    if (id === from) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    reach.push(...(board.dependencies.get(id) ?? []));
    for (const task of board.tasks.values()) if (task.parent_task_id === id) reach.push(task.id);
  }
  return false;
};
