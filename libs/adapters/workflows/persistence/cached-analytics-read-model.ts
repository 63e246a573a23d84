import type { Period } from '#domain/workflows/period';
import type { Cache, CacheEntry } from '#application/shared/cache';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';
import type { AnalyticsReadModel, WorkflowFigures } from '#application/workflows/ports/analytics-read-model';
import { figuresOf } from '#adapters/workflows/persistence/counters';

/** Keeps the figures of workflows (SPEC 4.5); lists of achievements are read by index, and not kept. */
export class CachedAnalyticsReadModel implements AnalyticsReadModel {
  constructor(
    private readonly rows: AnalyticsReadModel,
    private readonly cache: Cache,
    private readonly seconds: number,
  ) {}

  achievementsOfWorkflow(
    tenantId: string,
    workflowId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null> {
    return this.rows.achievementsOfWorkflow(tenantId, workflowId, page);
  }

  achievementsOfContact(tenantId: string, contactId: string, page: PageRequest): Promise<Page<AchievementView> | null> {
    return this.rows.achievementsOfContact(tenantId, contactId, page);
  }

  figures(tenantId: string, workflowId: string, period: Period): Promise<WorkflowFigures | null> {
    const entry: CacheEntry = {
      kind: 'workflow_statistics',
      key: `${workflowId}:${period.from}:${period.to}`,
      // The workflow itself, because of a deleted one there are none.
      reads: [`workflow:${workflowId}`, figuresOf(workflowId)],
      seconds: this.seconds,
    };
    return this.cache.read(tenantId, entry, () => this.rows.figures(tenantId, workflowId, period));
  }
}
