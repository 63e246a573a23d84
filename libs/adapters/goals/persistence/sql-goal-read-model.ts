import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import type { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { goalListing } from '#application/goals/goal-listing';
import { goalRow, type GoalRow } from '#application/goals/views';
import { Database } from '#adapters/shared/persistence/database';
import { readRows } from '#adapters/shared/persistence/listed';
import { GOAL_COLUMNS } from '#adapters/goals/persistence/goal-columns';
import { goalList } from '#adapters/goals/persistence/goal-list';

@Injectable()
export class SqlGoalReadModel implements GoalReadModel {
  constructor(private readonly db: Database) {}

  async goal(tenantId: string, id: string): Promise<GoalRow | null> {
    const [row] = await this.db.prepared<GoalRow>(
      `SELECT ${GOAL_COLUMNS} FROM goals g WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at IS NULL`,
      [tenantId, id],
    );
    return row ?? null;
  }

  goals(tenantId: string, page: PageRequest, now: Date): Promise<Page<GoalRow>> {
    const { source, request } = goalList(tenantId, page, now, GOAL_COLUMNS);
    return readRows(this.db, goalListing, source, request, goalRow);
  }
}
