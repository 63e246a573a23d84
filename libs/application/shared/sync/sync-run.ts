import { view, type Shown } from '#application/shared/view';

/** What is published, in this order: what a thing refers to comes before it, but for links between goals. */
export const SYNCED_KINDS = ['goal', 'task', 'workflow'] as const;
export type SyncedKind = (typeof SYNCED_KINDS)[number];

export const SYNC_STATUSES = ['running', 'completed'] as const;

/** How many there were of a kind when the run began, and how many of them have been published. */
const syncedKindView = view('SyncedKind', { total: 'integer', published: 'integer' });

/** How far the publishing of a tenant's present state has come. */
export const syncRunView = view('SyncRun', {
  id: 'uuid',
  status: { oneOf: SYNC_STATUSES },
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  finished_at: { orNull: 'time' },
  progress_percentage: 'integer',
  kinds: { mapOf: syncedKindView },
});
export type SyncRunView = Shown<typeof syncRunView>;

/** Where a run goes on: behind this id of this kind. */
export interface SyncPosition {
  readonly id: string;
  readonly kind: SyncedKind;
  readonly afterId: string;
}

/** Before every id. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** A run as it is kept: counts by kind. */
export interface SyncRun {
  readonly id: string;
  readonly status: (typeof SYNC_STATUSES)[number];
  readonly created_at: string;
  readonly created_by: string | null;
  readonly finished_at: string | null;
  readonly totals: Readonly<Record<SyncedKind, number>>;
  readonly published: Readonly<Record<SyncedKind, number>>;
}

/**
 * What is shown of a run. What was made after it began is published too, and what was deleted is not: the percentage is 100 when
 * all is done, and not before.
 */
export const shownRun = ({ totals, published, ...run }: SyncRun): SyncRunView => ({
  ...run,
  progress_percentage: run.status === 'completed' ? 100 : percentage(sum(published), sum(totals)),
  kinds: Object.fromEntries(SYNCED_KINDS.map((kind) => [kind, { total: totals[kind], published: published[kind] }])),
});

const percentage = (done: number, all: number): number =>
  all === 0 ? 0 : Math.min(99, Math.floor((100 * done) / all));

const sum = (counts: Readonly<Record<SyncedKind, number>>): number =>
  SYNCED_KINDS.reduce((total, kind) => total + counts[kind], 0);
