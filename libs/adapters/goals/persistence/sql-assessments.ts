import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { changesBetween } from '#domain/shared/changes';
import { assessed, type AssessedGoal, type Assessment } from '#domain/goals/assessment';
import type { Page, PageRequest } from '#application/shared/listing';
import { assessmentListing, assessmentView, type AssessmentView } from '#application/goals/assessment-views';
import type { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';
import type { AssessmentRepository } from '#application/goals/ports/assessment-repository';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { goalSchema } from '#adapters/goals/persistence/typeorm-goal-repository';

const ASSESSMENT = columnsOf(assessmentView, 'a');

/** An assessment with its goal, unless that is deleted. */
const OF_LIVE_GOALS = `goal_assessments a
  JOIN goals g ON g.tenant_id = a.tenant_id AND g.id = a.goal_id AND g.deleted_at IS NULL`;

/** What a goal shows of its latest assessment. */
const SHOWN = ['assessmentStatus', 'assessmentScore', 'assessmentNotes', 'lastAssessmentDate'] as const;
type ShownOfIt = Pick<AssessedGoal, (typeof SHOWN)[number]>;

@Injectable()
export class SqlAssessments implements AssessmentRepository, AssessmentReadModel {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
  ) {}

  async hold(tenantId: string, goalId: string): Promise<AssessedGoal | null> {
    const manager = await this.db.entities();
    return manager.findOne(goalSchema, {
      where: { tenantId, id: goalId, deletedAt: IsNull() },
      lock: { mode: 'for_no_key_update' },
    });
  }

  async add(goal: AssessedGoal, assessment: Assessment, now: Date): Promise<void> {
    const { id, status, score, notes, assessorId, assessedAt } = assessment;
    await this.db.query(
      `INSERT INTO goal_assessments (tenant_id, id, goal_id, status, score, notes, assessor_id, assessed_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [goal.tenantId, id, goal.id, status, score, notes, assessorId, assessedAt, now],
    );
    const written = { id, status, score, notes, assessed_at: assessedAt };
    const changes = {
      assessment: { old: null, new: written },
      ...changesBetween(goal, await this.showLatest(goal), SHOWN),
    };
    await this.journal.write(
      [{ action: 'goal.assessed', entityType: 'goal', entityId: goal.id, changes }],
      [{ ...assessed(goal, assessment), version: goal.version }],
    );
  }

  /** A statement of its own, after the goal is held: only now are those seen that others wrote meanwhile. */
  private async showLatest({ tenantId, id }: AssessedGoal): Promise<ShownOfIt> {
    const [shown] = await this.db.query<Omit<ShownOfIt, 'lastAssessmentDate'> & { lastAssessmentDate: string }>(
      `UPDATE goals g SET assessment_status = a.status, assessment_score = a.score, assessment_notes = a.notes,
         last_assessment_date = a.assessed_at
       FROM (SELECT status, score, notes, assessed_at FROM goal_assessments WHERE tenant_id = $1 AND goal_id = $2
             ORDER BY assessed_at DESC, id DESC LIMIT 1) a
       WHERE g.tenant_id = $1 AND g.id = $2
       RETURNING g.assessment_status AS "assessmentStatus", g.assessment_score AS "assessmentScore",
         g.assessment_notes AS "assessmentNotes", g.last_assessment_date AS "lastAssessmentDate"`,
      [tenantId, id],
    );
    if (!shown) throw new Error('a goal is assessed while it is held');
    return { ...shown, lastAssessmentDate: new Date(shown.lastAssessmentDate) };
  }

  async assessment(tenantId: string, goalId: string, id: string): Promise<AssessmentView | null> {
    const [row] = await this.db.query<AssessmentView>(
      `SELECT ${ASSESSMENT} FROM ${OF_LIVE_GOALS} WHERE a.tenant_id = $1 AND a.goal_id = $2 AND a.id = $3`,
      [tenantId, goalId, id],
    );
    return row ?? null;
  }

  async assessments(tenantId: string, goalId: string, page: PageRequest): Promise<Page<AssessmentView> | null> {
    const goals = await this.db.query('SELECT 1 FROM goals WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL', [
      tenantId,
      goalId,
    ]);
    if (goals.length === 0) return null;
    return readPage(
      this.db,
      assessmentListing,
      {
        from: 'goal_assessments a',
        columns: ASSESSMENT,
        where: ['a.tenant_id = $1', 'a.goal_id = $2'],
        parameters: [tenantId, goalId],
        id: 'a.id',
        sorted: { assessed_at: 'a.assessed_at', created_at: 'a.created_at' },
        filtered: { status: (values) => `a.status = ANY (${values})` },
      },
      page,
    );
  }
}
