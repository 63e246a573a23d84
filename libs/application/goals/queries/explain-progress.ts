import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { percentageOf, shownPercentage } from '#domain/goals/percentage';
import { explainRollUp, type Contributor } from '#domain/goals/roll-up';
import { GoalContributors } from '#application/goals/contract';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { ProgressStore } from '#application/goals/ports/progress-store';
import type { ProgressExplanationView } from '#application/goals/progress-views';

/** What the progress of a goal is made of, and what is left out of it (SPEC 5, *Progress*). */
export class ExplainProgress extends Query<Result<ProgressExplanationView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
  ) {
    super();
  }
}

@QueryHandler(ExplainProgress)
export class ExplainProgressHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly progress: ProgressStore,
    private readonly contributors: GoalContributors,
    private readonly history: ProgressReadModel,
  ) {}

  async execute({ actor, goalId }: ExplainProgress): Promise<Result<ProgressExplanationView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const { tenantId } = actor;
    const goal = await this.goals.goal(tenantId, goalId);
    if (!goal) return err(missing('goal'));
    const rule = { progressSource: goal.progress_source, taskWeighting: goal.task_weighting };
    const children = await this.progress.childrenOf(tenantId, [goalId]);
    const tasks = await this.contributors.tasksOf(tenantId, [goalId]);
    const isManual = rule.progressSource === 'manual';
    const { progress, contributors, leftOut } = explainRollUp(rule, children, tasks);
    return ok({
      goal_id: goalId,
      source: rule.progressSource,
      percentage: isManual ? goal.progress_percentage : progress === null ? null : shownPercentage(progress),
      current_entry: isManual ? await this.history.current(tenantId, goalId) : null,
      contributors: contributors.map(shownContributor),
      left_out: leftOut,
    });
  }
}

const shownContributor = ({ share, progress, ...part }: Contributor) => ({
  ...part,
  share: share === null ? null : percentageOf(share),
  percentage: shownPercentage(progress),
});
