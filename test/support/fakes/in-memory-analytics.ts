import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';
import type { AnalyticsReadModel, WorkflowFigures } from '#application/workflows/ports/analytics-read-model';
import type { Period } from '#domain/workflows/period';
import { pageInMemory } from './pages';

export interface InMemoryOutcomes {
  readonly tenantId: string;
  readonly workflows: Readonly<Record<string, WorkflowFigures>>;
  readonly contacts: readonly string[];
  readonly achievements: readonly AchievementView[];
}

/** What the workflows of one tenant have come to. */
export class InMemoryAnalytics implements AnalyticsReadModel {
  constructor(private readonly outcomes: InMemoryOutcomes) {}

  achievementsOfWorkflow(
    tenantId: string,
    workflowId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null> {
    const own = this.outcomes.achievements.filter(({ workflow_id }) => workflow_id === workflowId);
    const exists = this.knows(tenantId) && workflowId in this.outcomes.workflows;
    return Promise.resolve(exists ? pageInMemory(own, page, fits) : null);
  }

  achievementsOfContact(tenantId: string, contactId: string, page: PageRequest): Promise<Page<AchievementView> | null> {
    const own = this.outcomes.achievements.filter(({ contact_id }) => contact_id === contactId);
    const exists = this.knows(tenantId) && this.outcomes.contacts.includes(contactId);
    return Promise.resolve(exists ? pageInMemory(own, page, fits) : null);
  }

  figures(tenantId: string, workflowId: string, { from, to }: Period): Promise<WorkflowFigures | null> {
    const figures = this.knows(tenantId) ? this.outcomes.workflows[workflowId] : undefined;
    if (!figures) return Promise.resolve(null);
    const days = Object.fromEntries(Object.entries(figures.days).filter(([day]) => day >= from && day <= to));
    return Promise.resolve({ ...figures, days });
  }

  private knows(tenantId: string): boolean {
    return tenantId === this.outcomes.tenantId;
  }
}

const fits = (row: AchievementView, filter: string, values: readonly string[]): boolean => {
  const [value = ''] = values;
  if (filter === 'achieved_after') return row.achieved_at >= value;
  if (filter === 'achieved_before') return row.achieved_at < value;
  return values.includes(filter === 'goal_type' ? row.goal_type : row.workflow_goal_id);
};
