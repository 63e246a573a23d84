import { Injectable } from '@nestjs/common';
import { EntitySchema, IsNull, type EntitySchemaColumnOptions, type FindOptionsWhere } from 'typeorm';
import { done, type Result } from '#domain/shared/result';
import { Goal, type GoalState } from '#domain/goals/goal';
import type { GoalRepository } from '#application/goals/ports/goal-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';

const text = (name: string): EntitySchemaColumnOptions => ({ type: 'text', name });
const optional = (type: 'text' | 'uuid' | 'timestamptz' | 'integer', name: string): EntitySchemaColumnOptions => ({
  type,
  name,
  nullable: true,
});

export const goalSchema = new EntitySchema<GoalState>({
  name: 'goals',
  columns: {
    ...versionedColumns,
    parentGoalId: optional('uuid', 'parent_goal_id'),
    path: text('path'),
    name: text('name'),
    description: optional('text', 'description'),
    goalType: text('goal_type'),
    status: text('status'),
    statusReason: optional('text', 'status_reason'),
    priority: text('priority'),
    riskLevel: text('risk_level'),
    strategicAlignment: optional('text', 'strategic_alignment'),
    businessValue: optional('text', 'business_value'),
    ownerId: optional('uuid', 'owner_id'),
    originDriverId: optional('uuid', 'origin_driver_id'),
    stakeholderId: optional('uuid', 'stakeholder_id'),
    businessActorId: optional('uuid', 'business_actor_id'),
    successCriteria: optional('text', 'success_criteria'),
    keyPerformanceIndicators: optional('text', 'key_performance_indicators'),
    measurementFrequency: optional('text', 'measurement_frequency'),
    reviewFrequency: optional('text', 'review_frequency'),
    startDate: optional('timestamptz', 'start_date'),
    targetDate: optional('timestamptz', 'target_date'),
    completionDate: optional('timestamptz', 'completion_date'),
    heldSince: optional('timestamptz', 'held_since'),
    holds: { type: 'jsonb' },
    progressSource: text('progress_source'),
    taskWeighting: text('task_weighting'),
    weight: { type: 'double precision' },
    progress: optional('integer', 'progress'),
    progressNotes: optional('text', 'progress_notes'),
    lastProgressUpdate: optional('timestamptz', 'last_progress_update'),
    assessmentStatus: text('assessment_status'),
    assessmentScore: optional('integer', 'assessment_score'),
    assessmentNotes: optional('text', 'assessment_notes'),
    lastAssessmentDate: optional('timestamptz', 'last_assessment_date'),
    category: optional('text', 'category'),
    tags: { type: 'text', array: true },
    metadata: { type: 'jsonb' },
    deletedAt: optional('timestamptz', 'deleted_at'),
    deletionId: optional('uuid', 'deletion_id'),
  } satisfies Record<keyof GoalState, EntitySchemaColumnOptions>,
});

/** What stands behind what is shown: it follows from other fields, or has a history of its own. */
const NOT_SHOWN = ['path', 'progress', 'heldSince', 'holds', 'deletionId'] as const;

@Injectable()
export class TypeOrmGoalRepository implements GoalRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
  ) {}

  find(tenantId: string, id: string): Promise<Goal | null> {
    return this.one({ tenantId, id, deletedAt: IsNull() });
  }

  findEvenDeleted(tenantId: string, id: string): Promise<Goal | null> {
    return this.one({ tenantId, id });
  }

  async save(goal: Goal): Promise<Result<void>> {
    const saved = await this.store.save(goalSchema, 'goal', goal, {}, NOT_SHOWN);
    if (!saved.ok) return saved;
    await this.writeTags(goal);
    return done;
  }

  private async one(where: FindOptionsWhere<GoalState>): Promise<Goal | null> {
    const manager = await this.db.entities();
    const state = await manager.findOne(goalSchema, { where });
    return state && new Goal(state, state);
  }

  /** Keeps what tags are searched by in step with what the goal says. */
  private async writeTags({ state, stored }: Goal): Promise<void> {
    const { tenantId, id, tags } = state;
    const gone = (stored?.tags ?? []).filter((tag) => !tags.includes(tag));
    const added = tags.filter((tag) => !stored?.tags.includes(tag));
    if (gone.length > 0)
      await this.db.query('DELETE FROM goal_tags WHERE tenant_id = $1 AND goal_id = $2 AND tag = ANY ($3)', [
        tenantId,
        id,
        gone,
      ]);
    if (added.length > 0)
      await this.db.query('INSERT INTO goal_tags (tenant_id, goal_id, tag) SELECT $1, $2, unnest($3::text[])', [
        tenantId,
        id,
        added,
      ]);
  }
}
