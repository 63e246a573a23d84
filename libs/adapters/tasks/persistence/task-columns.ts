import { taskView } from '#application/tasks/views';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { hasOpenPredecessor, isOpenTask, isReadyTask } from '#adapters/tasks/persistence/task-sql';

const idsBefore = (condition: string): string => `
  ARRAY(SELECT d.depends_on_id FROM task_dependencies d JOIN tasks p ON p.tenant_id = d.tenant_id AND p.id = d.depends_on_id
    WHERE d.tenant_id = t.tenant_id AND d.task_id = t.id AND ${condition} ORDER BY d.created_at, d.depends_on_id)`;

/** What is shown of task `t`, with its goal `g` joined from the left. */
export const TASK_COLUMNS = columnsOf(taskView, 't', {
  dependencies: idsBefore('true'),
  blocked_by: idsBefore(isOpenTask('p')),
  is_blocked: `(t.status = 'blocked' OR ${hasOpenPredecessor('t')})`,
  is_ready: isReadyTask('t', 'g'),
});
