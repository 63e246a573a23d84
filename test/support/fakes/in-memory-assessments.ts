import type { OutgoingFact } from '#domain/shared/aggregate';
import { assessed, type AssessedGoal, type Assessment } from '#domain/goals/assessment';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AssessmentView } from '#application/goals/assessment-views';
import type { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';
import type { AssessmentRepository } from '#application/goals/ports/assessment-repository';
import type { InMemoryGoals } from './in-memory-goals';
import { pageInMemory } from './pages';

/** The assessments of goals in memory. */
export class InMemoryAssessments implements AssessmentRepository, AssessmentReadModel {
  readonly told: OutgoingFact[] = [];
  private readonly rows: AssessmentView[] = [];

  constructor(private readonly goals: InMemoryGoals) {}

  hold(tenantId: string, goalId: string): Promise<AssessedGoal | null> {
    return Promise.resolve(this.goals.live(tenantId).find(({ id }) => id === goalId) ?? null);
  }

  add(goal: AssessedGoal, assessment: Assessment, now: Date): Promise<void> {
    const { id, status, score, notes, assessorId, assessedAt } = assessment;
    this.rows.push({
      ...{ id, goal_id: goal.id, status, score, notes, assessor_id: assessorId },
      ...{ assessed_at: assessedAt.toISOString(), created_at: now.toISOString() },
    });
    const place = (row: AssessmentView) => `${row.assessed_at} ${row.id}`;
    const latest = this.ofGoal(goal.id).reduce((one, other) => (place(one) > place(other) ? one : other));
    const state = this.goals.live(goal.tenantId).find((row) => row.id === goal.id);
    if (!state) throw new Error('a goal is assessed while it is held');
    this.goals.rows.put({
      ...state,
      assessmentStatus: latest.status,
      assessmentScore: latest.score,
      assessmentNotes: latest.notes,
      lastAssessmentDate: new Date(latest.assessed_at),
    });
    this.told.push(assessed(goal, assessment));
    return Promise.resolve();
  }

  async assessment(tenantId: string, goalId: string, id: string): Promise<AssessmentView | null> {
    const goal = await this.hold(tenantId, goalId);
    return (goal && this.ofGoal(goalId).find((row) => row.id === id)) ?? null;
  }

  async assessments(tenantId: string, goalId: string, page: PageRequest): Promise<Page<AssessmentView> | null> {
    const goal = await this.hold(tenantId, goalId);
    return goal && pageInMemory(this.ofGoal(goalId), page, (row, _, values) => values.includes(row.status));
  }

  private ofGoal(goalId: string): AssessmentView[] {
    return this.rows.filter((row) => row.goal_id === goalId);
  }
}
