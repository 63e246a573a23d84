import { Injectable } from '@nestjs/common';
import { EntitySchema, IsNull, type EntitySchemaColumnOptions } from 'typeorm';
import { conflict } from '#domain/shared/errors';
import { done, type Result } from '#domain/shared/result';
import { WorkflowGoal, type WorkflowGoalState } from '#domain/workflows/workflow-goal';
import type { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';
import { goalsChanged } from '#adapters/workflows/persistence/goal-changes';

export const workflowGoalSchema = new EntitySchema<WorkflowGoalState>({
  name: 'workflow_goals',
  columns: {
    ...versionedColumns,
    workflowId: { type: 'uuid', name: 'workflow_id' },
    goalType: { type: 'text', name: 'goal_type' },
    criteria: { type: 'jsonb' },
    criteriaKey: { type: 'text', name: 'criteria_key' },
    isActive: { type: 'boolean', name: 'is_active' },
    activeSince: { type: 'timestamptz', name: 'active_since', nullable: true },
    windowHours: { type: 'integer', name: 'window_hours', nullable: true },
    position: { type: 'integer' },
    deletedAt: { type: 'timestamptz', name: 'deleted_at', nullable: true },
  } satisfies Record<keyof WorkflowGoalState, EntitySchemaColumnOptions>,
});

const CONFLICTS = {
  workflow_goals_criteria: conflict(
    'workflow_goal.duplicate',
    'The workflow already has a goal of this type with equal criteria.',
  ),
};

@Injectable()
export class TypeOrmWorkflowGoalRepository implements WorkflowGoalRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
  ) {}

  async ofWorkflow(tenantId: string, workflowId: string): Promise<WorkflowGoal[]> {
    const manager = await this.db.entities();
    const states = await manager.find(workflowGoalSchema, {
      where: { tenantId, workflowId, deletedAt: IsNull() },
      order: { position: 'ASC', id: 'ASC' },
    });
    return states.map((state) => new WorkflowGoal(state, state));
  }

  /** At most as many statements as a workflow may have goals. */
  async save(goals: readonly WorkflowGoal[]): Promise<Result<void>> {
    for (const goal of goals) {
      const saved = await this.store.save(workflowGoalSchema, 'workflow_goal', goal, CONFLICTS, ['criteriaKey']);
      if (!saved.ok) return saved;
    }
    const [first] = goals;
    if (first) await goalsChanged(this.db, first.state.tenantId);
    return done;
  }
}
