import { conflict } from '#domain/shared/errors';
import type { Result } from '#domain/shared/result';
import { Workflow, type WorkflowState } from '#domain/workflows/workflow';
import type { Clock } from '#application/shared/tools';
import type { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { InMemoryRows } from './in-memory-rows';

export class InMemoryWorkflows implements WorkflowRepository {
  readonly rows: InMemoryRows<WorkflowState>;
  /** The workflows that were held, in order. */
  readonly held: string[] = [];

  constructor(clock: Clock, userId: () => string | null) {
    this.rows = new InMemoryRows(clock, userId);
  }

  async find(tenantId: string, id: string): Promise<Workflow | null> {
    const workflow = await this.findEvenDeleted(tenantId, id);
    return workflow?.state.deletedAt === null ? workflow : null;
  }

  hold(tenantId: string, id: string): Promise<Workflow | null> {
    this.held.push(id);
    return this.find(tenantId, id);
  }

  share(tenantId: string, id: string): Promise<Workflow | null> {
    return this.find(tenantId, id);
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Workflow | null> {
    const state = this.rows.all.find((row) => row.tenantId === tenantId && row.id === id);
    return Promise.resolve(state ? new Workflow(state, state) : null);
  }

  save(workflow: Workflow): Promise<Result<void>> {
    return this.rows.save(workflow, (next, others) => {
      const same = ({ name, deletedAt }: WorkflowState) =>
        deletedAt === null && name.toLowerCase() === next.name.toLowerCase();
      return next.deletedAt === null && others.some(same)
        ? conflict('workflow.name-taken', 'Another workflow has this name already (case does not count).')
        : undefined;
    });
  }
}
