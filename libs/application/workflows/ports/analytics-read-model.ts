import { GOAL_TYPES } from '#domain/workflows/goal-type';
import type { Period } from '#domain/workflows/period';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';

/** What is counted of a workflow, as the daily counters name it. */
export const COUNTERS = ['enrolled', 'ended', 'goals_achieved', 'time_to_goal_ms', ...GOAL_TYPES] as const;
export type Counter = (typeof COUNTERS)[number];

/** A workflow's figures before they are put into words; plain JSON. */
export interface WorkflowFigures {
  /** Of all time; a counter that was never raised may be missing. */
  readonly totals: Partial<Readonly<Record<Counter, number>>>;
  /** Durations at these nearest ranks, in hours with one decimal; `null` when there is none. */
  readonly medianHours: number | null;
  readonly p90Hours: number | null;
  /** By date; days on which nothing happened are missing. */
  readonly days: Partial<Readonly<Record<string, { readonly enrolled: number; readonly goalsAchieved: number }>>>;
}

/** What workflows have come to. */
export abstract class AnalyticsReadModel {
  /** `null` when there is no such workflow. */
  abstract achievementsOfWorkflow(
    tenantId: string,
    workflowId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null>;

  /** By the caller's own id of the contact; `null` when there is no such contact. */
  abstract achievementsOfContact(
    tenantId: string,
    contactId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null>;

  /** `null` when there is no such workflow. */
  abstract figures(tenantId: string, workflowId: string, period: Period): Promise<WorkflowFigures | null>;
}
