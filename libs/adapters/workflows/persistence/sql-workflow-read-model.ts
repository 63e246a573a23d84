import { Injectable } from '@nestjs/common';
import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import type { Page, PageRequest } from '#application/shared/listing';
import type { DueListener, WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { workflowListing } from '#application/workflows/queries/list-workflows';
import { workflowGoalListing } from '#application/workflows/queries/list-workflow-goals';
import { workflowListenerListing } from '#application/workflows/queries/list-workflow-listeners';
import { workflowGoalView, workflowView, type WorkflowGoalView, type WorkflowView } from '#application/workflows/views';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const WORKFLOW = columnsOf(workflowView, 'w');
const GOAL = columnsOf(workflowGoalView, 'g');

const EVENT_TYPE = `CASE g.goal_type ${Object.entries(EVENT_TYPE_OF)
  .map(([goalType, eventType]) => `WHEN '${goalType}' THEN '${eventType}'`)
  .join(' ')} END`;

/** The active goals of active workflows, each with how many open enrollments of its workflow have achieved it already. */
const DUE_LISTENERS = `workflow_goals g
  JOIN workflows w ON w.tenant_id = g.tenant_id AND w.id = g.workflow_id AND w.status = 'active' AND w.deleted_at IS NULL
  CROSS JOIN (SELECT count(*) AS enrollments FROM workflow_enrollments
              WHERE tenant_id = $1 AND workflow_id = $2 AND status = 'active') open
  LEFT JOIN (SELECT a.workflow_goal_id, count(*) AS enrollments
             FROM workflow_goal_achievements a
             JOIN workflow_enrollments e ON e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND e.status = 'active'
             WHERE a.tenant_id = $1 AND a.workflow_id = $2 GROUP BY a.workflow_goal_id) done ON done.workflow_goal_id = g.id`;

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

  listeners(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<DueListener>> {
    return readPage(
      this.db,
      workflowListenerListing,
      {
        from: DUE_LISTENERS,
        columns: `g.id AS goal_id, ${EVENT_TYPE} AS event_type, open.enrollments - coalesce(done.enrollments, 0) AS open_enrollments`,
        where: ['g.tenant_id = $1', 'g.workflow_id = $2', 'g.is_active', 'g.deleted_at IS NULL'],
        parameters: [tenantId, workflowId],
        id: 'g.id',
        sorted: { goal_id: 'g.id', event_type: EVENT_TYPE },
        filtered: { event_type: (values) => `${EVENT_TYPE} = ANY (${values})` },
      },
      page,
    );
  }
}
