import type { PlannedTask } from '#domain/tasks/critical-path';
import type { TaskStatus } from '#domain/tasks/words';

/** An open task, with all it depends on, whatever has become of that. */
export interface OpenTask extends PlannedTask {
  readonly goalId: string | null;
  readonly title: string;
  readonly status: TaskStatus;
}

/** What is still to be done for goals. */
export abstract class GoalSchedule {
  /** The open tasks right under a goal, and the open ones elsewhere that these wait for, through open ones only; by id. */
  abstract openTasks(tenantId: string, goalId: string): Promise<readonly OpenTask[]>;
}
