import { conflict } from '#domain/shared/errors';
import { done, type Result } from '#domain/shared/result';
import { WorkflowGoal, type WorkflowGoalState } from '#domain/workflows/workflow-goal';
import type { Clock } from '#application/shared/tools';
import type { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { InMemoryRows } from './in-memory-rows';

export class InMemoryWorkflowGoals implements WorkflowGoalRepository {
  readonly rows: InMemoryRows<WorkflowGoalState>;

  constructor(clock: Clock, userId: () => string | null) {
    this.rows = new InMemoryRows(clock, userId);
  }

  ofWorkflow(tenantId: string, workflowId: string): Promise<WorkflowGoal[]> {
    const states = this.rows.all
      .filter((row) => row.tenantId === tenantId && row.workflowId === workflowId && row.deletedAt === null)
      .sort((one, other) => one.position - other.position || (one.id < other.id ? -1 : 1));
    return Promise.resolve(states.map((state) => new WorkflowGoal(state, state)));
  }

  async save(goals: readonly WorkflowGoal[]): Promise<Result<void>> {
    for (const goal of goals) {
      const saved = await this.rows.save(goal, (next, others) => {
        const isTwin = (row: WorkflowGoalState) =>
          row.deletedAt === null &&
          row.workflowId === next.workflowId &&
          row.goalType === next.goalType &&
          row.criteriaKey === next.criteriaKey;
        return next.deletedAt === null && others.some(isTwin) ? TWIN : undefined;
      });
      if (!saved.ok) return saved;
    }
    return done;
  }
}

const TWIN = conflict('workflow_goal.duplicate', 'The workflow already has a goal of this type with equal criteria.');
