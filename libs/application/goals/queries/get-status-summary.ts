import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { daysUntilTarget, healthOf } from '#domain/goals/health';
import { Clock } from '#application/shared/tools';
import type { StatusSummaryView } from '#application/goals/insight-views';
import { GoalOverview } from '#application/goals/ports/goal-overview';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { healthFacts } from '#application/goals/shown-goal';
import type { GoalRow } from '#application/goals/views';

/** How a goal stands, in one look. */
export class GetStatusSummary extends Query<Result<StatusSummaryView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetStatusSummary)
export class GetStatusSummaryHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly overview: GoalOverview,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id }: GetStatusSummary): Promise<Result<StatusSummaryView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const goal = await this.goals.goal(actor.tenantId, id);
    if (!goal) return err(missing('goal'));
    const [facts, now] = [healthFacts(goal), this.clock.now()];
    return ok({
      goal_id: goal.id,
      status: goal.status,
      progress_percentage: goal.progress_percentage,
      days_until_target: daysUntilTarget(facts, now),
      assessment_score: goal.assessment_score,
      risk_level: goal.risk_level,
      strategic_alignment: goal.strategic_alignment,
      business_value: goal.business_value,
      linked_elements_count: await this.overview.linkedElements(actor.tenantId, id),
      last_updated: lastUpdated(goal),
      health: healthOf(facts, now),
    });
  }
}

/** Progress and assessments change a goal without a new version. */
const lastUpdated = ({ updated_at, last_progress_update, last_assessment_date }: GoalRow): string =>
  [last_progress_update, last_assessment_date].reduce(
    (last: string, time) => (time && time > last ? time : last),
    updated_at,
  );
