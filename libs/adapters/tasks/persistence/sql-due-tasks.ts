import { Injectable } from '@nestjs/common';
import type { DueTask } from '#application/tasks/contract';
import type { DueTasks } from '#application/tasks/ports/due-tasks';
import { Database } from '#adapters/shared/persistence/database';
import { isOpenTask } from '#adapters/tasks/persistence/task-sql';

const DUE = `
  SELECT t.id AS "taskId", t.title, t.goal_id AS "goalId", t.assigned_to AS "assignedTo", t.due_date AS "dueDate"
  FROM tasks t WHERE t.tenant_id = $1 AND t.due_date >= $2 AND t.due_date < $3 AND t.assigned_to IS NOT NULL
    AND ${isOpenTask('t')} ORDER BY t.due_date, t.id`;

@Injectable()
export class SqlDueTasks implements DueTasks {
  constructor(private readonly db: Database) {}

  async dueWithin(tenantId: string, from: Date, to: Date): Promise<DueTask[]> {
    type Row = Omit<DueTask, 'dueDate'> & { readonly dueDate: string };
    const rows = await this.db.query<Row>(DUE, [tenantId, from, to]);
    return rows.map((row) => ({ ...row, dueDate: new Date(row.dueDate) }));
  }
}
