import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import type { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { goalListing } from '#application/goals/queries/list-goals';
import { goalRow, type GoalRow } from '#application/goals/views';
import { Database } from '#adapters/shared/persistence/database';
import { readRows } from '#adapters/shared/persistence/listed';
import { GOAL_COLUMNS } from '#adapters/goals/persistence/goal-columns';

@Injectable()
export class SqlGoalReadModel implements GoalReadModel {
  constructor(private readonly db: Database) {}

  async goal(tenantId: string, id: string): Promise<GoalRow | null> {
    const [row] = await this.db.query<GoalRow>(
      `SELECT ${GOAL_COLUMNS} FROM goals g WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at IS NULL`,
      [tenantId, id],
    );
    return row ?? null;
  }

  goals(tenantId: string, page: PageRequest): Promise<Page<GoalRow>> {
    return readRows(
      this.db,
      goalListing,
      {
        from: 'goals g',
        columns: GOAL_COLUMNS,
        where: ['g.tenant_id = $1', `g.deleted_at IS ${page.deletedOnly ? 'NOT NULL' : 'NULL'}`],
        parameters: [tenantId],
        id: 'g.id',
        sorted: { created_at: 'g.created_at', name: 'g.name', target_date: 'g.target_date' },
        filtered: {},
      },
      page,
      goalRow,
    );
  }
}
