import type { Span } from '#domain/goals/progress-buckets';
import { shownPercentage } from '#domain/goals/percentage';
import type { Page, PageRequest } from '#application/shared/listing';
import type { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import type { BucketView, ProgressEntryView } from '#application/goals/progress-views';
import { inOrder, type InMemoryProgress, type StoredEntry } from './in-memory-progress';
import { pageInMemory } from './pages';

/** What can be seen of a history that is kept in memory. */
export class InMemoryProgressHistory implements ProgressReadModel {
  constructor(private readonly progress: InMemoryProgress) {}

  async entry(tenantId: string, goalId: string, id: string): Promise<ProgressEntryView | null> {
    return this.all(tenantId, goalId).find((entry) => entry.id === id) ?? null;
  }

  async current(tenantId: string, goalId: string): Promise<ProgressEntryView | null> {
    return this.standing(tenantId, goalId).at(-1) ?? null;
  }

  async entries(tenantId: string, goalId: string, page: PageRequest): Promise<Page<ProgressEntryView>> {
    return pageInMemory(this.all(tenantId, goalId), page, ({ effective_at }, name, [time = '']) =>
      name === 'from' ? Date.parse(effective_at) >= Date.parse(time) : Date.parse(effective_at) <= Date.parse(time),
    );
  }

  async series(tenantId: string, goalId: string, spans: readonly Span[]): Promise<BucketView[]> {
    const standing = this.standing(tenantId, goalId);
    return spans.map(({ from, until }) => {
      const before = standing.filter(({ effective_at }) => new Date(effective_at) < until);
      const entries = before.filter(({ effective_at }) => new Date(effective_at) >= from).length;
      return { from: from.toISOString(), percentage: before.at(-1)?.percentage ?? null, entries };
    });
  }

  private all(tenantId: string, goalId: string): ProgressEntryView[] {
    const own = this.progress.entries.filter((entry) => entry.tenantId === tenantId && entry.goalId === goalId);
    return own.toSorted(inOrder).map((entry) => shown(entry, own));
  }

  private standing(tenantId: string, goalId: string): ProgressEntryView[] {
    return this.all(tenantId, goalId).filter(({ superseded_by }) => superseded_by === null);
  }
}

const percentageOf = ({ progress }: StoredEntry) => (progress === null ? null : shownPercentage(progress));

const shown = (entry: StoredEntry, all: readonly StoredEntry[]): ProgressEntryView => ({
  ...{ id: entry.id, goal_id: entry.goalId, percentage: percentageOf(entry), origin: entry.origin },
  ...{ notes: entry.notes, effective_at: entry.effectiveAt.toISOString(), recorded_at: entry.recordedAt.toISOString() },
  ...{ recorded_by: entry.recordedBy, corrects: entry.corrects },
  superseded_by: all.find(({ corrects }) => corrects === entry.id)?.id ?? null,
});
