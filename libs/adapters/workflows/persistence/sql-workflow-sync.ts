import { Injectable } from '@nestjs/common';
import type { SyncedThing, SyncSource } from '#application/shared/sync/sync-source';
import { workflowGoalView, workflowView, type WorkflowGoalView, type WorkflowView } from '#application/workflows/views';
import { Database } from '#adapters/shared/persistence/database';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const WORKFLOW = columnsOf(workflowView, 'w');
const GOAL = columnsOf(workflowGoalView, 'g');

/** Workflows with their goals, in the order of their positions. */
@Injectable()
export class SqlWorkflowSync implements SyncSource {
  readonly kind = 'workflow';

  constructor(private readonly db: Database) {}

  async count(tenantId: string): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM workflows WHERE tenant_id = $1 AND deleted_at IS NULL',
      [tenantId],
    );
    return row?.count ?? 0;
  }

  /** Who changes a goal of a workflow holds the workflow, so its goals stand still too. */
  async after(tenantId: string, afterId: string, most: number): Promise<readonly SyncedThing[]> {
    const workflows = await this.db.query<WorkflowView>(
      `SELECT ${WORKFLOW} FROM workflows w WHERE w.tenant_id = $1 AND w.id > $2 AND w.deleted_at IS NULL
       ORDER BY w.id LIMIT $3 FOR SHARE OF w`,
      [tenantId, afterId, most],
    );
    const goals = await this.db.query<WorkflowGoalView>(
      `SELECT ${GOAL} FROM workflow_goals g WHERE g.tenant_id = $1 AND g.workflow_id = ANY ($2::uuid[]) AND g.deleted_at IS NULL
       ORDER BY g.workflow_id, g.position`,
      [tenantId, workflows.map(({ id }) => id)],
    );
    const goalsOf = new Map(workflows.map(({ id }) => [id, [] as WorkflowGoalView[]]));
    for (const goal of goals) goalsOf.get(goal.workflow_id)?.push(goal);
    return workflows.map((workflow) => ({
      ...{ id: workflow.id, version: workflow.version },
      state: { ...workflow, goals: goalsOf.get(workflow.id) },
    }));
  }
}
