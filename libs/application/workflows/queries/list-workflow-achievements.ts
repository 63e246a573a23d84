import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';
import { AnalyticsReadModel } from '#application/workflows/ports/analytics-read-model';

/** What the enrollments of a workflow have reached. */
export class ListWorkflowAchievements extends Query<Result<Page<AchievementView>>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWorkflowAchievements)
export class ListWorkflowAchievementsHandler {
  constructor(private readonly analytics: AnalyticsReadModel) {}

  async execute({ actor, workflowId, page }: ListWorkflowAchievements): Promise<Result<Page<AchievementView>>> {
    if (!actor.may('analytics:read')) return err(forbidden('analytics:read'));
    const found = await this.analytics.achievementsOfWorkflow(actor.tenantId, workflowId, page);
    return found ? ok(found) : err(missing('workflow'));
  }
}
