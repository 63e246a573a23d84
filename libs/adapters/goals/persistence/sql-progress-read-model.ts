import { Injectable } from '@nestjs/common';
import type { Span } from '#domain/goals/progress-buckets';
import type { Page, PageRequest } from '#application/shared/listing';
import type { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { progressEntryView, type BucketView, type ProgressEntryView } from '#application/goals/progress-views';
import { progressListing } from '#application/goals/queries/list-progress';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { shownPercentageOf } from '#adapters/goals/persistence/goal-columns';
import { CURRENT_FIRST, SUPERSEDED_BY } from '#adapters/goals/persistence/sql-progress-store';

const ENTRY = columnsOf(progressEntryView, 'p', {
  percentage: shownPercentageOf('p.progress'),
  superseded_by: SUPERSEDED_BY,
});

const OF_GOAL = 'p.tenant_id = $1 AND p.goal_id = $2';

@Injectable()
export class SqlProgressReadModel implements ProgressReadModel {
  constructor(private readonly db: Database) {}

  async entry(tenantId: string, goalId: string, id: string): Promise<ProgressEntryView | null> {
    const [row] = await this.db.query<ProgressEntryView>(
      `SELECT ${ENTRY} FROM goal_progress p WHERE ${OF_GOAL} AND p.id = $3`,
      [tenantId, goalId, id],
    );
    return row ?? null;
  }

  async current(tenantId: string, goalId: string): Promise<ProgressEntryView | null> {
    const [row] = await this.db.query<ProgressEntryView>(
      `SELECT ${ENTRY} FROM goal_progress p WHERE ${OF_GOAL} AND ${SUPERSEDED_BY} IS NULL ORDER BY ${CURRENT_FIRST} LIMIT 1`,
      [tenantId, goalId],
    );
    return row ?? null;
  }

  entries(tenantId: string, goalId: string, page: PageRequest): Promise<Page<ProgressEntryView>> {
    return readPage(
      this.db,
      progressListing,
      {
        from: 'goal_progress p',
        columns: ENTRY,
        where: ['p.tenant_id = $1', 'p.goal_id = $2'],
        parameters: [tenantId, goalId],
        id: 'p.id',
        sorted: { effective_at: 'p.effective_at', recorded_at: 'p.recorded_at' },
        filtered: {
          from: (values) => `p.effective_at >= (${values}::timestamptz[])[1]`,
          to: (values) => `p.effective_at <= (${values}::timestamptz[])[1]`,
        },
      },
      page,
    );
  }

  series(tenantId: string, goalId: string, spans: readonly Span[]): Promise<BucketView[]> {
    return this.db.query<BucketView>(
      `SELECT span.start AS "from", ${shownPercentageOf('standing.progress')} AS percentage, within.entries
       FROM unnest($3::timestamptz[], $4::timestamptz[]) AS span (start, until)
       LEFT JOIN LATERAL (
         SELECT p.progress FROM goal_progress p
         WHERE ${OF_GOAL} AND p.effective_at < span.until AND ${SUPERSEDED_BY} IS NULL ORDER BY ${CURRENT_FIRST} LIMIT 1
       ) standing ON true,
       LATERAL (
         SELECT count(*)::integer AS entries FROM goal_progress p
         WHERE ${OF_GOAL} AND p.effective_at >= span.start AND p.effective_at < span.until AND ${SUPERSEDED_BY} IS NULL
       ) within
       ORDER BY span.start`,
      [tenantId, goalId, spans.map(({ from }) => from), spans.map(({ until }) => until)],
    );
  }
}
