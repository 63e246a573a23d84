import type { Span } from '#domain/goals/progress-buckets';
import type { Page, PageRequest } from '#application/shared/listing';
import type { BucketView, ProgressEntryView } from '#application/goals/progress-views';

/** What can be seen of the history of goals. */
export abstract class ProgressReadModel {
  abstract entry(tenantId: string, goalId: string, id: string): Promise<ProgressEntryView | null>;

  /** The one not superseded of the latest `effective_at`, then `recorded_at`. */
  abstract current(tenantId: string, goalId: string): Promise<ProgressEntryView | null>;

  abstract entries(tenantId: string, goalId: string, page: PageRequest): Promise<Page<ProgressEntryView>>;

  /** What stood at the end of each span, and how many entries that are not superseded came to hold in it. */
  abstract series(tenantId: string, goalId: string, spans: readonly Span[]): Promise<BucketView[]>;
}
