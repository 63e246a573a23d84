import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readPeriod } from '#domain/workflows/period';
import { Clock } from '#application/shared/tools';
import { AnalyticsReadModel } from '#application/workflows/ports/analytics-read-model';
import { statisticsOf, type WorkflowStatisticsView } from '#application/workflows/statistics';

/** What a workflow has come to (SPEC 4.5). `from` and `to` are UTC days and bound the daily series alone. */
export class GetWorkflowStatistics extends Query<Result<WorkflowStatisticsView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly from?: string,
    readonly to?: string,
  ) {
    super();
  }
}

@QueryHandler(GetWorkflowStatistics)
export class GetWorkflowStatisticsHandler {
  constructor(
    private readonly analytics: AnalyticsReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, workflowId, from, to }: GetWorkflowStatistics): Promise<Result<WorkflowStatisticsView>> {
    if (!actor.may('analytics:read')) return err(forbidden('analytics:read'));
    const period = readPeriod(from, to, this.clock.now());
    if (!period.ok) return period;
    const figures = await this.analytics.figures(actor.tenantId, workflowId, period.value);
    return figures ? ok(statisticsOf(workflowId, figures, period.value)) : err(missing('workflow'));
  }
}
