import { Injectable } from '@nestjs/common';
import { EntitySchema, IsNull, type FindOptionsWhere, type EntitySchemaColumnOptions } from 'typeorm';
import { conflict } from '#domain/shared/errors';
import type { Result } from '#domain/shared/result';
import { Workflow, type WorkflowState } from '#domain/workflows/workflow';
import type { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';
import { goalsChanged } from '#adapters/workflows/persistence/goal-changes';

export const workflowSchema = new EntitySchema<WorkflowState>({
  name: 'workflows',
  columns: {
    ...versionedColumns,
    name: { type: 'text' },
    description: { type: 'text', nullable: true },
    status: { type: 'text' },
    goalLogic: { type: 'text', name: 'goal_logic' },
    steps: { type: 'jsonb' },
    firstActivatedAt: { type: 'timestamptz', name: 'first_activated_at', nullable: true },
    deletedAt: { type: 'timestamptz', name: 'deleted_at', nullable: true },
  } satisfies Record<keyof WorkflowState, EntitySchemaColumnOptions>,
});

const CONFLICTS = {
  workflows_name: conflict('workflow.name-taken', 'Another workflow has this name already (case does not count).'),
};

interface RowLock {
  readonly mode: 'pessimistic_read' | 'pessimistic_write';
}

@Injectable()
export class TypeOrmWorkflowRepository implements WorkflowRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
  ) {}

  find(tenantId: string, id: string): Promise<Workflow | null> {
    return this.one({ tenantId, id, deletedAt: IsNull() });
  }

  hold(tenantId: string, id: string): Promise<Workflow | null> {
    return this.one({ tenantId, id, deletedAt: IsNull() }, { mode: 'pessimistic_write' });
  }

  share(tenantId: string, id: string): Promise<Workflow | null> {
    return this.one({ tenantId, id, deletedAt: IsNull() }, { mode: 'pessimistic_read' });
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Workflow | null> {
    return this.one({ tenantId, id });
  }

  async save(workflow: Workflow): Promise<Result<void>> {
    const { state, stored } = workflow;
    const saved = await this.store.save(workflowSchema, 'workflow', workflow, CONFLICTS);
    const decidesOtherwise =
      stored?.status !== state.status || stored.goalLogic !== state.goalLogic || stored.deletedAt !== state.deletedAt;
    if (saved.ok && stored && decidesOtherwise) await goalsChanged(this.db, state.tenantId);
    return saved;
  }

  private async one(where: FindOptionsWhere<WorkflowState>, lock?: RowLock): Promise<Workflow | null> {
    const manager = await this.db.entities();
    const state = await manager.findOne(workflowSchema, { where, ...(lock && { lock }) });
    return state && new Workflow(state, state);
  }
}
