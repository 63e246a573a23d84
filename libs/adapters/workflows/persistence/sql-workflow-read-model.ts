import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#application/shared/listing';
import type { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { workflowListing } from '#application/workflows/queries/list-workflows';
import { workflowGoalListing } from '#application/workflows/queries/list-workflow-goals';
import { workflowGoalView, workflowView, type WorkflowGoalView, type WorkflowView } from '#application/workflows/views';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const WORKFLOW = columnsOf(workflowView, 'w');
const GOAL = columnsOf(workflowGoalView, 'g');

@Injectable()
export class SqlWorkflowReadModel implements WorkflowReadModel {
  constructor(private readonly db: Database) {}

  async workflow(tenantId: string, id: string): Promise<WorkflowView | null> {
    const [row] = await this.db.query<WorkflowView>(
      `SELECT ${WORKFLOW} FROM workflows w WHERE w.tenant_id = $1 AND w.id = $2 AND w.deleted_at IS NULL`,
      [tenantId, id],
    );
    return row ?? null;
  }

  workflows(tenantId: string, page: PageRequest): Promise<Page<WorkflowView>> {
    return readPage(
      this.db,
      workflowListing,
      {
        from: 'workflows w',
        columns: WORKFLOW,
        where: ['w.tenant_id = $1', `w.deleted_at IS ${page.deletedOnly ? 'NOT NULL' : 'NULL'}`],
        parameters: [tenantId],
        id: 'w.id',
        sorted: { created_at: 'w.created_at', updated_at: 'w.updated_at', name: 'w.name', status: 'w.status' },
        filtered: {
          status: (values) => `w.status = ANY (${values})`,
          goal_logic: (values) => `w.goal_logic = ANY (${values})`,
          name: (values) => `lower(w.name) IN (SELECT lower(asked) FROM unnest(${values}::text[]) AS asked)`,
        },
      },
      page,
    );
  }

  async goal(tenantId: string, workflowId: string, id: string): Promise<WorkflowGoalView | null> {
    const [row] = await this.db.query<WorkflowGoalView>(
      `SELECT ${GOAL} FROM workflow_goals g JOIN workflows w ON w.tenant_id = g.tenant_id AND w.id = g.workflow_id
       WHERE g.tenant_id = $1 AND g.workflow_id = $2 AND g.id = $3 AND g.deleted_at IS NULL AND w.deleted_at IS NULL`,
      [tenantId, workflowId, id],
    );
    return row ?? null;
  }

  goals(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<WorkflowGoalView>> {
    return readPage(
      this.db,
      workflowGoalListing,
      {
        from: 'workflow_goals g',
        columns: GOAL,
        where: ['g.tenant_id = $1', 'g.workflow_id = $2', 'g.deleted_at IS NULL'],
        parameters: [tenantId, workflowId],
        id: 'g.id',
        sorted: { position: 'g.position', created_at: 'g.created_at', updated_at: 'g.updated_at' },
        filtered: {
          goal_type: (values) => `g.goal_type = ANY (${values})`,
          is_active: (values) => `g.is_active = ANY (${values}::boolean[])`,
        },
      },
      page,
    );
  }
}
