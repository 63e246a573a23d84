import { isOpen } from '#domain/tasks/words';
import type { Page, PageRequest } from '#application/shared/listing';
import type { DueTask } from '#application/tasks/contract';
import type { DueTasks } from '#application/tasks/ports/due-tasks';
import type { GoalSchedule, OpenTask } from '#application/tasks/ports/goal-schedule';
import type { TaskReadModel } from '#application/tasks/ports/task-read-model';
import type { TaskView } from '#application/tasks/views';
import type { StoredGoal, StoredTask } from '../stored-tasks';
import { pageInMemory } from './pages';

/** What can be seen of tasks, worked out of rows in memory one by one. */
export class InMemoryTaskViews implements TaskReadModel, GoalSchedule, DueTasks {
  private readonly rows = new Map<string, StoredTask[]>();
  private readonly goals: StoredGoal[] = [];

  put(tenantId: string, ...tasks: readonly StoredTask[]): void {
    this.rows.set(tenantId, [...(this.rows.get(tenantId) ?? []), ...tasks]);
  }

  putGoals(...goals: readonly StoredGoal[]): void {
    this.goals.push(...goals);
  }

  task(tenantId: string, id: string): Promise<TaskView | null> {
    return Promise.resolve(this.live(tenantId).find((task) => task.id === id) ?? null);
  }

  tasks(tenantId: string, page: PageRequest): Promise<Page<TaskView>> {
    const rows = this.all(tenantId).filter(({ deleted_at }) => (deleted_at !== null) === page.deletedOnly);
    return Promise.resolve(pageInMemory(rows, page, fits));
  }

  openTasks(tenantId: string, goalId: string): Promise<OpenTask[]> {
    const open = this.live(tenantId).filter(({ status }) => isOpen(status));
    const held = new Set(open.filter((task) => task.goal_id === goalId));
    // A set's iterator also visits what is added on the way.
    for (const { id, dependencies } of held)
      for (const other of open) if (dependencies.includes(other.id) || other.parent_task_id === id) held.add(other);
    const tasks = [...held].map(({ id, goal_id, title, status, parent_task_id, estimated_hours, dependencies }) => {
      const place = { goalId: goal_id, parentTaskId: parent_task_id };
      return { id, ...place, title, status, estimatedHours: estimated_hours, dependencies };
    });
    return Promise.resolve(tasks.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
  }

  dueWithin(tenantId: string, from: Date, to: Date): Promise<DueTask[]> {
    const due = this.live(tenantId).flatMap(({ id, title, status, goal_id, assigned_to, due_date }) => {
      if (due_date === null || assigned_to === null || !isOpen(status)) return [];
      const dueDate = new Date(due_date);
      return dueDate >= from && dueDate < to
        ? [{ taskId: id, title, goalId: goal_id, assignedTo: assigned_to, dueDate }]
        : [];
    });
    return Promise.resolve(due.toSorted((one, other) => Number(one.dueDate) - Number(other.dueDate)));
  }

  private live(tenantId: string): TaskView[] {
    return this.all(tenantId).filter(({ deleted_at }) => deleted_at === null);
  }

  private all(tenantId: string): TaskView[] {
    const rows = this.rows.get(tenantId) ?? [];
    return rows.map((row) => {
      const blockers = rows.filter((other) => row.dependencies.includes(other.id) && isStillOpen(other));
      const blocked_by = blockers.map(({ id }) => id).sort();
      const is_blocked = row.status === 'blocked' || blocked_by.length > 0;
      const is_ready = row.status === 'todo' && !is_blocked && this.goalLets(row.goal_id);
      return { ...row, dependencies: row.dependencies.toSorted(), blocked_by, is_blocked, is_ready };
    });
  }

  private goalLets(id: string | null): boolean {
    const goal = this.goals.find((one) => one.id === id);
    return id === null || (goal !== undefined && !goal.isDeleted && ['draft', 'active'].includes(goal.status));
  }
}

const isStillOpen = ({ status, deleted_at }: StoredTask): boolean => isOpen(status) && deleted_at === null;

const fits = (task: TaskView, filter: string, values: readonly string[]): boolean => {
  if (filter === 'tag') return values.some((tag) => task.tags.includes(tag));
  if (filter === 'due_before') return task.due_date !== null && Date.parse(task.due_date) < Date.parse(values[0]!);
  if (filter === 'q') return `${task.title} ${task.description ?? ''}`.split(/\W+/).includes(values[0]!);
  return values.includes(JSON.stringify(task[filter as keyof TaskView]).replaceAll('"', ''));
};
