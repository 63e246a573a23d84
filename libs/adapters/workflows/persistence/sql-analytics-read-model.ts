import { Injectable } from '@nestjs/common';
import type { Period } from '#domain/workflows/period';
import { nearestRank } from '#domain/workflows/statistics';
import type { Page, PageRequest } from '#application/shared/listing';
import { achievementListing, achievementView, type AchievementView } from '#application/workflows/achievements';
import {
  COUNTERS,
  type AnalyticsReadModel,
  type Counter,
  type WorkflowFigures,
} from '#application/workflows/ports/analytics-read-model';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const ACHIEVEMENT = columnsOf(achievementView, 'a', { contact_id: 'c.external_id' });

interface FiguresRow {
  /** Enrollments whose time to the goal was counted. */
  readonly timed: number;
  readonly totals: Record<Counter, number>;
  readonly days: readonly { readonly day: string; readonly enrolled: number; readonly achieved: number }[] | null;
}

@Injectable()
export class SqlAnalyticsReadModel implements AnalyticsReadModel {
  constructor(private readonly db: Database) {}

  async achievementsOfWorkflow(
    tenantId: string,
    workflowId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null> {
    const found = await this.db.query(
      'SELECT 1 FROM workflows WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL',
      [tenantId, workflowId],
    );
    return found.length > 0 ? this.achievements('a.workflow_id = $2', [tenantId, workflowId], page) : null;
  }

  async achievementsOfContact(
    tenantId: string,
    contactId: string,
    page: PageRequest,
  ): Promise<Page<AchievementView> | null> {
    const [contact] = await this.db.query<{ id: string }>(
      'SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = $2',
      [tenantId, contactId],
    );
    return contact ? this.achievements('a.contact_id = $2', [tenantId, contact.id], page) : null;
  }

  async figures(tenantId: string, workflowId: string, period: Period): Promise<WorkflowFigures | null> {
    const [row] = await this.db.query<FiguresRow>(
      `SELECT
         (SELECT coalesce(sum(t.enrollments), 0)::bigint FROM workflow_goal_times t
          WHERE t.tenant_id = $1 AND t.workflow_id = $2) AS timed,
         (SELECT to_json(s) FROM (
            SELECT ${COUNTERS.map((counter) => `coalesce(sum(d.${counter}), 0) AS ${counter}`).join(', ')}
            FROM workflow_daily_counters d WHERE d.tenant_id = $1 AND d.workflow_id = $2) s) AS totals,
         (SELECT json_agg(s) FROM (
            SELECT d.day, d.enrolled, d.goals_achieved AS achieved FROM workflow_daily_counters d
            WHERE d.tenant_id = $1 AND d.workflow_id = $2 AND d.day BETWEEN $3 AND $4) s) AS days
       FROM workflows w WHERE w.tenant_id = $1 AND w.id = $2 AND w.deleted_at IS NULL`,
      [tenantId, workflowId, period.from, period.to],
    );
    if (!row) return null;
    const days = (row.days ?? []).map(
      ({ day, enrolled, achieved }) => [day, { enrolled, goalsAchieved: achieved }] as const,
    );
    const percentiles = await this.percentiles(tenantId, workflowId, row.timed);
    return { totals: row.totals, ...percentiles, days: Object.fromEntries(days) };
  }

  /** The first duration up to which as many enrollments took as the rank says. */
  private async percentiles(tenantId: string, workflowId: string, count: number) {
    const ranks = [nearestRank(count, 50), nearestRank(count, 90)];
    const none = { medianHours: null, p90Hours: null };
    if (ranks.includes(null)) return none;
    const [row] = await this.db.query<{ medianHours: number; p90Hours: number }>(
      `SELECT min(tenths_of_hours) FILTER (WHERE n >= $3) / 10.0::float8 AS "medianHours",
         min(tenths_of_hours) FILTER (WHERE n >= $4) / 10.0::float8 AS "p90Hours"
       FROM (SELECT tenths_of_hours, sum(enrollments) OVER (ORDER BY tenths_of_hours) AS n
             FROM workflow_goal_times WHERE tenant_id = $1 AND workflow_id = $2) t`,
      [tenantId, workflowId, ...ranks],
    );
    return row ?? none;
  }

  private achievements(
    whose: string,
    parameters: readonly string[],
    page: PageRequest,
  ): Promise<Page<AchievementView>> {
    return readPage(
      this.db,
      achievementListing,
      {
        from: 'workflow_goal_achievements a JOIN contacts c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id',
        columns: ACHIEVEMENT,
        where: ['a.tenant_id = $1', whose],
        parameters,
        id: 'a.id',
        sorted: { achieved_at: 'a.achieved_at', recorded_at: 'a.recorded_at' },
        filtered: {
          goal_type: (values) => `a.goal_type = ANY (${values})`,
          workflow_goal_id: (values) => `a.workflow_goal_id = ANY (${values}::uuid[])`,
          achieved_after: (values) => `a.achieved_at >= (${values}::timestamptz[])[1]`,
          achieved_before: (values) => `a.achieved_at < (${values}::timestamptz[])[1]`,
        },
      },
      page,
    );
  }
}
