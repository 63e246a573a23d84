import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import type { WorkflowState } from '#domain/workflows/workflow';
import type { WorkflowGoalState } from '#domain/workflows/workflow-goal';
import type { Page, PageRequest } from '#application/shared/listing';
import type { DueListener, WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import type { WorkflowGoalView, WorkflowView } from '#application/workflows/views';
import type { InMemoryWorkflowGoals } from './in-memory-workflow-goals';
import type { InMemoryWorkflows } from './in-memory-workflows';
import { pageInMemory } from './pages';

/** Shows what the repositories in memory hold. No contact is enrolled anywhere. */
export class InMemoryWorkflowReadModel implements WorkflowReadModel {
  constructor(
    private readonly stored: InMemoryWorkflows,
    private readonly storedGoals: InMemoryWorkflowGoals,
  ) {}

  workflow(tenantId: string, id: string): Promise<WorkflowView | null> {
    const row = this.live(tenantId).find((one) => one.id === id);
    return Promise.resolve(row ? workflowView(row) : null);
  }

  workflows(tenantId: string, page: PageRequest): Promise<Page<WorkflowView>> {
    const deleted = this.stored.rows.all.filter((row) => row.tenantId === tenantId && row.deletedAt !== null);
    const rows = (page.deletedOnly ? deleted : this.live(tenantId)).map(workflowView);
    const fits = (row: WorkflowView, filter: string, values: readonly string[]) =>
      filter === 'name'
        ? values.some((name) => name.toLowerCase() === row.name.toLowerCase())
        : values.includes(filter === 'status' ? row.status : row.goal_logic);
    return Promise.resolve(pageInMemory(rows, page, fits));
  }

  goal(tenantId: string, workflowId: string, id: string): Promise<WorkflowGoalView | null> {
    const row = this.goalsOf(tenantId, workflowId).find((one) => one.id === id);
    return Promise.resolve(row ? goalView(row) : null);
  }

  goals(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<WorkflowGoalView>> {
    const rows = this.goalsOf(tenantId, workflowId).map(goalView);
    const fits = (row: WorkflowGoalView, filter: string, values: readonly string[]) =>
      values.includes(filter === 'goal_type' ? row.goal_type : String(row.is_active));
    return Promise.resolve(pageInMemory(rows, page, fits));
  }

  listeners(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<DueListener>> {
    const isActive = this.live(tenantId).some(({ id, status }) => id === workflowId && status === 'active');
    const rows = this.goalsOf(tenantId, workflowId)
      .filter((goal) => isActive && goal.isActive)
      .map(({ id, goalType }) => ({ id, goal_id: id, event_type: EVENT_TYPE_OF[goalType], open_enrollments: 0 }));
    const found = pageInMemory(rows, page, (row, _, values) => values.includes(row.event_type));
    const items = found.items.map(({ goal_id, event_type, open_enrollments }) => ({
      goal_id,
      event_type,
      open_enrollments,
    }));
    return Promise.resolve({ ...found, items });
  }

  private live(tenantId: string): WorkflowState[] {
    return this.stored.rows.all.filter((row) => row.tenantId === tenantId && row.deletedAt === null);
  }

  private goalsOf(tenantId: string, workflowId: string): WorkflowGoalState[] {
    const isLive = this.live(tenantId).some(({ id }) => id === workflowId);
    return this.storedGoals.rows.all.filter(
      (row) => isLive && row.tenantId === tenantId && row.workflowId === workflowId && row.deletedAt === null,
    );
  }
}

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

const workflowView = (row: WorkflowState): WorkflowView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  status: row.status,
  goal_logic: row.goalLogic,
  steps: row.steps,
  first_activated_at: time(row.firstActivatedAt),
  deleted_at: time(row.deletedAt),
  ...versionView(row),
});

const goalView = (row: WorkflowGoalState): WorkflowGoalView => ({
  id: row.id,
  workflow_id: row.workflowId,
  goal_type: row.goalType,
  criteria: row.criteria,
  is_active: row.isActive,
  active_since: time(row.activeSince),
  window_hours: row.windowHours,
  position: row.position,
  ...versionView(row),
});

const versionView = (row: WorkflowState | WorkflowGoalState) => ({
  version: row.version,
  created_at: row.createdAt.toISOString(),
  created_by: row.createdBy,
  updated_at: row.updatedAt.toISOString(),
  updated_by: row.updatedBy,
});
