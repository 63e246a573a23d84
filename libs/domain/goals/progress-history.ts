import { changesBetween, type Changes } from '#domain/shared/changes';
import { conflict, fault, invalid, type FieldFault, notInFuture } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { GoalState } from '#domain/goals/goal';
import { percentageOf, type Progress } from '#domain/goals/percentage';
import type { Standing } from '#domain/goals/roll-up-path';
import { isOpen } from '#domain/goals/words';

/** Whether somebody said it, or it was worked out. */
export const PROGRESS_ORIGINS = ['reported', 'rolled_up'] as const;
export type ProgressOrigin = (typeof PROGRESS_ORIGINS)[number];

/** What a caller says of a goal's progress. */
export interface ProgressReport {
  readonly progress: Progress;
  readonly notes: string | null;
  /** `null`: now; of a correction: the time of what it corrects. */
  readonly effectiveAt: Date | null;
  /** The entry that it takes the place of. */
  readonly corrects: string | null;
}

/** An entry of the goal that a report wants to correct. */
export interface PastEntry {
  readonly origin: ProgressOrigin;
  readonly effectiveAt: Date;
  readonly supersededBy: string | null;
}

/** An entry for the history, which is never changed again. */
export interface NewEntry extends ProgressReport {
  readonly id: string;
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
}

/**
 * The entry that a report becomes. `corrected`: the entry that it names, if the goal has it. 409 `goal.not-open`,
 * `goal.progress-not-manual`, `goal_progress.already-corrected`; 422 for a time ahead and for what cannot be corrected.
 */
export const readReport = (
  { status, progressSource }: Pick<GoalState, 'status' | 'progressSource'>,
  report: ProgressReport & { readonly id: string },
  corrected: PastEntry | null,
  now: Date,
): Result<NewEntry> => {
  if (!isOpen(status)) return err(notOpen(status));
  if (progressSource !== 'manual') return err(notManual(progressSource));
  const faults = [...timeFaults(report, now), ...correctionFaults(report, corrected)];
  if (faults.length > 0) return err(invalid(faults));
  if (corrected && corrected.supersededBy !== null) return err(alreadyCorrected(corrected.supersededBy));
  return ok({ ...report, effectiveAt: report.effectiveAt ?? corrected?.effectiveAt ?? now, recordedAt: now });
};

/** What a report changed, for the audit log: the entry, and of the goal what differs. */
export const reportedChanges = (before: Standing, after: Standing, entry: NewEntry): Changes => {
  const { id, progress, effectiveAt, corrects } = entry;
  const reported = { id, percentage: percentageOf(progress), effective_at: effectiveAt, corrects };
  return {
    reported: { old: null, new: reported },
    ...changesBetween(audited(before), audited(after), ['progressPercentage', 'progressNotes', 'lastProgressUpdate']),
  };
};

const audited = ({ progress, progressNotes, lastProgressUpdate }: Standing) => ({
  progressPercentage: progress === null ? null : percentageOf(progress),
  progressNotes,
  lastProgressUpdate,
});

const timeFaults = ({ effectiveAt }: ProgressReport, now: Date): FieldFault[] =>
  effectiveAt ? notInFuture(effectiveAt, now, '/effective_at') : [];

const correctionFaults = ({ corrects }: ProgressReport, corrected: PastEntry | null): FieldFault[] => {
  if (corrects === null) return [];
  if (!corrected) return [fault('/corrects', 'unknown', 'The goal has no such entry.')];
  if (corrected.origin === 'reported') return [];
  return [fault('/corrects', 'not-reported', 'It was worked out, not reported: correct what it was worked out from.')];
};

const notOpen = (status: string) =>
  conflict('goal.not-open', `The goal is ${status}; reopen it (POST …/transitions to active) to report on it.`);

const notManual = (source: string) =>
  conflict(
    'goal.progress-not-manual',
    `Its progress comes from its ${SOURCES[source] ?? source}. Report there, or set progress_source to manual first.`,
    { progress_source: source },
  );

const SOURCES: Readonly<Record<string, string>> = { weighted_mix: 'children and tasks' };

const alreadyCorrected = (by: string) =>
  conflict('goal_progress.already-corrected', 'It has been corrected already; correct what took its place.', {
    superseded_by: by,
  });
