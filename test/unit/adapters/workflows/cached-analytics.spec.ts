import type { Period } from '#domain/workflows/period';
import type { AnalyticsReadModel, WorkflowFigures } from '#application/workflows/ports/analytics-read-model';
import { CachedAnalyticsReadModel } from '#adapters/workflows/persistence/cached-analytics-read-model';
import { InMemoryAnalytics } from '../../../support/fakes/in-memory-analytics';
import { InMemoryCache } from '../../../support/fakes/in-memory-cache';
import { pageRequest } from '../../../support/fakes/pages';

const JANUARY = { from: '2026-01-01', to: '2026-01-31' };
const FIGURES: WorkflowFigures = { totals: { enrolled: 1 }, medianHours: null, p90Hours: null, days: {} };
const MORE: WorkflowFigures = { ...FIGURES, totals: { enrolled: 2 } };

describe('Cached figures of a workflow', () => {
  let workflows: Record<string, WorkflowFigures>;
  let cache: InMemoryCache;

  beforeEach(() => {
    workflows = { w: FIGURES, v: FIGURES };
    cache = new InMemoryCache();
  });

  const cached = (seconds = 300): AnalyticsReadModel =>
    new CachedAnalyticsReadModel(
      new InMemoryAnalytics({ tenantId: 't', workflows, contacts: ['c'], achievements: [] }),
      cache,
      seconds,
    );
  const figures = (of = 'w', period: Period = JANUARY, tenantId = 't') => cached().figures(tenantId, of, period);

  it('are those that were kept, until something is told to have changed', async () => {
    await figures();
    workflows.w = MORE;
    expect(await figures()).toEqual(FIGURES);
    cache.changed('t', ['workflow_figures:w']);
    expect(await figures()).toEqual(MORE);
  });

  it.each([
    ['its counters', 'workflow_figures:w'],
    ['the workflow itself', 'workflow:w'],
  ])('are read again after %s changed', async (_, thing) => {
    await figures();
    workflows.w = MORE;
    cache.changed('t', [thing]);
    expect(await figures()).toEqual(MORE);
  });

  it.each([
    ['another workflow', 't', 'workflow_figures:v'],
    ['a workflow of another tenant', 'u', 'workflow_figures:w'],
    ['an enrollment', 't', 'enrollment'],
  ])('stay when %s changed', async (_, tenantId, thing) => {
    await figures();
    workflows.w = MORE;
    cache.changed(tenantId, [thing]);
    expect(await figures()).toEqual(FIGURES);
  });

  it('are kept apart by workflow, period and tenant', async () => {
    await figures();
    workflows = { w: MORE, v: MORE };
    expect(await figures('v')).toEqual(MORE);
    expect(await figures('w', { ...JANUARY, to: '2026-01-30' })).toEqual(MORE);
    expect(await figures('w', { ...JANUARY, from: '2026-01-02' })).toEqual(MORE);
    expect(await figures('w', JANUARY, 'u')).toBeNull();
    expect(await figures()).toEqual(FIGURES);
  });

  it('are kept as long as it is told', async () => {
    const seconds: number[] = [];
    const read = cache.read.bind(cache);
    jest.spyOn(cache, 'read').mockImplementation((tenantId, entry, load) => {
      seconds.push(entry.seconds);
      return read(tenantId, entry, load);
    });
    await cached(0).figures('t', 'w', JANUARY);
    await cached(17).figures('t', 'w', JANUARY);
    expect(seconds).toEqual([0, 17]);
  });

  it('leave lists of achievements alone', async () => {
    const read = jest.spyOn(cache, 'read');
    const page = pageRequest({ by: 'achieved_at' });
    expect(await cached().achievementsOfWorkflow('t', 'w', page)).toMatchObject({ items: [] });
    expect(await cached().achievementsOfContact('t', 'c', page)).toMatchObject({ items: [] });
    expect(read).not.toHaveBeenCalled();
  });
});
