import type { PlannedTask } from '#domain/tasks/critical-path';
import type { TaskStatus } from '#domain/tasks/words';

/** An open task of a goal, with all it depends on, whatever has become of that. */
export interface OpenTask extends PlannedTask {
  readonly title: string;
  readonly status: TaskStatus;
}

/** What is still to be done for goals. */
export abstract class GoalSchedule {
  /** The open tasks right under a goal, by id. */
  abstract openTasks(tenantId: string, goalId: string): Promise<readonly OpenTask[]>;
}
