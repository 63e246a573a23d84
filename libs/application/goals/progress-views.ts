import { BUCKETS } from '#domain/goals/progress-buckets';
import { PROGRESS_ORIGINS } from '#domain/goals/progress-history';
import { LEFT_OUT_REASONS } from '#domain/goals/roll-up';
import { PROGRESS_SOURCES } from '#domain/goals/words';
import { view, type Shown } from '#application/shared/view';
import { goalView } from '#application/goals/views';

/** `percentage`: `null` where nothing contributed any more. */
const entry = {
  id: 'uuid',
  goal_id: 'uuid',
  percentage: { orNull: 'integer' },
  origin: { oneOf: PROGRESS_ORIGINS },
  notes: { orNull: 'text' },
  effective_at: 'time',
  recorded_at: 'time',
  recorded_by: { orNull: 'uuid' },
  corrects: { orNull: 'uuid' },
  superseded_by: { orNull: 'uuid' },
} as const;

/** One line of a goal's history. */
export const progressEntryView = view('ProgressEntry', entry);
export type ProgressEntryView = Shown<typeof progressEntryView>;

/** What was reported, with the goal as it is after the roll-up. */
export const reportedProgressView = view('ReportedProgress', { ...entry, goal: goalView });
export type ReportedProgressView = Shown<typeof reportedProgressView>;

/** `percentage`: what stood at the end of the bucket; `entries`: how many came to hold in it. */
const bucketView = view('ProgressBucket', { from: 'time', percentage: { orNull: 'integer' }, entries: 'integer' });
export type BucketView = Shown<typeof bucketView>;

export const progressSeriesView = view('ProgressSeries', {
  bucket: { oneOf: BUCKETS },
  items: { listOf: bucketView },
});
export type ProgressSeriesView = Shown<typeof progressSeriesView>;

const part = { kind: { oneOf: ['goal', 'task'] }, id: 'uuid', name: 'text' } as const;

/** `share`: its part of the whole in percent; `null` when all weights are 0. */
const contributorView = view('ProgressContributor', {
  ...part,
  weight: 'number',
  share: { orNull: 'number' },
  percentage: 'integer',
});

const leftOutView = view('LeftOutOfProgress', { ...part, reason: { oneOf: LEFT_OUT_REASONS } });

/** How the progress of a goal comes about: of a manual one by its current entry, of any other by its contributors. */
export const progressExplanationView = view('ProgressExplanation', {
  goal_id: 'uuid',
  source: { oneOf: PROGRESS_SOURCES },
  percentage: { orNull: 'integer' },
  current_entry: { orNull: progressEntryView },
  contributors: { listOf: contributorView },
  left_out: { listOf: leftOutView },
});
export type ProgressExplanationView = Shown<typeof progressExplanationView>;
