import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { analysisOf } from '#domain/goals/analysis';
import { healthOf } from '#domain/goals/health';
import { Clock } from '#application/shared/tools';
import type { AnalysisView } from '#application/goals/insight-views';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { analysisFacts } from '#application/goals/shown-goal';

/** What a goal scores (SPEC 5, *Analysis*). */
export class GetGoalAnalysis extends Query<Result<AnalysisView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetGoalAnalysis)
export class GetGoalAnalysisHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id }: GetGoalAnalysis): Promise<Result<AnalysisView>> {
    if (!actor.may('analysis:read')) return err(forbidden('analysis:read'));
    const goal = await this.goals.goal(actor.tenantId, id);
    if (!goal) return err(missing('goal'));
    const [facts, now] = [analysisFacts(goal), this.clock.now()];
    const scores = analysisOf(facts, now);
    return ok({
      goal_id: id,
      priority_score: scores.priority,
      progress_score: scores.progress,
      risk_score: scores.risk,
      strategic_alignment_score: scores.alignment,
      business_value_score: scores.value,
      overall_health_score: scores.overallHealth,
      attention_score: scores.attention,
      health: healthOf(facts, now),
      last_analyzed: now.toISOString(),
    });
  }
}
