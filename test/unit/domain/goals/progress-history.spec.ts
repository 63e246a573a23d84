import { readReport, reportedChanges, type PastEntry, type ProgressReport } from '#domain/goals/progress-history';
import { UNREPORTED } from '#domain/goals/roll-up-path';
import { GOAL_STATUSES, isOpen, PROGRESS_SOURCES } from '#domain/goals/words';

const NOW = new Date('2026-01-26T10:00:00.000Z');
const YESTERDAY = new Date('2026-01-25T10:00:00.000Z');

const goal = { status: 'active', progressSource: 'manual' } as const;
const report = (more: Partial<ProgressReport> = {}) => ({
  ...{ id: 'e2', progress: 425_000, notes: 'so far', effectiveAt: null, corrects: null },
  ...more,
});
const past = (more: Partial<PastEntry> = {}): PastEntry => ({
  ...{ origin: 'reported', effectiveAt: YESTERDAY, supersededBy: null },
  ...more,
});

describe('A report', () => {
  it('becomes an entry of now, or of the time it names', () => {
    expect(readReport(goal, report(), null, NOW)).toEqual({
      ok: true,
      value: { ...report(), effectiveAt: NOW, recordedAt: NOW },
    });
    const earlier = readReport(goal, report({ effectiveAt: YESTERDAY }), null, NOW);
    expect(earlier).toMatchObject({ value: { effectiveAt: YESTERDAY, recordedAt: NOW } });
  });

  it('is taken of open goals only', () => {
    const taken = GOAL_STATUSES.filter((status) => readReport({ ...goal, status }, report(), null, NOW).ok);
    expect(taken).toEqual(GOAL_STATUSES.filter(isOpen));
    expect(readReport({ ...goal, status: 'achieved' }, report(), null, NOW)).toMatchObject({
      error: { kind: 'conflict', code: 'goal.not-open', message: expect.stringContaining('reopen') as string },
    });
  });

  it('is taken of manual goals only, and says what to do with others', () => {
    const taken = PROGRESS_SOURCES.filter(
      (source) => readReport({ ...goal, progressSource: source }, report(), null, NOW).ok,
    );
    expect(taken).toEqual(['manual']);
    const refused = (progressSource: 'tasks' | 'weighted_mix') =>
      readReport({ ...goal, progressSource }, report(), null, NOW);
    expect(refused('tasks')).toMatchObject({
      error: { kind: 'conflict', code: 'goal.progress-not-manual', details: { progress_source: 'tasks' } },
    });
    expect(refused('weighted_mix')).toMatchObject({
      error: { message: expect.stringContaining('children and tasks') as string },
    });
  });

  it('names every fault at once: a time ahead, and an entry that the goal does not have', () => {
    const ahead = new Date(NOW.getTime() + 1);
    expect(readReport(goal, report({ effectiveAt: ahead, corrects: 'e1' }), null, NOW)).toMatchObject({
      error: {
        kind: 'invalid',
        fields: [
          { pointer: '/effective_at', code: 'in-the-future' },
          { pointer: '/corrects', code: 'unknown' },
        ],
      },
    });
  });

  it('that corrects holds since what it corrects, unless it says otherwise', () => {
    const correction = report({ corrects: 'e1' });
    expect(readReport(goal, correction, past(), NOW)).toMatchObject({ value: { effectiveAt: YESTERDAY } });
    expect(readReport(goal, { ...correction, effectiveAt: NOW }, past(), NOW)).toMatchObject({
      value: { effectiveAt: NOW },
    });
  });

  it('corrects nothing twice, and nothing that was worked out', () => {
    const correction = report({ corrects: 'e1' });
    expect(readReport(goal, correction, past({ supersededBy: 'e9' }), NOW)).toMatchObject({
      error: { kind: 'conflict', code: 'goal_progress.already-corrected', details: { superseded_by: 'e9' } },
    });
    expect(readReport(goal, correction, past({ origin: 'rolled_up' }), NOW)).toMatchObject({
      error: { fields: [{ pointer: '/corrects', code: 'not-reported' }] },
    });
  });
});

describe('What a report has changed', () => {
  const entry = { ...report({ corrects: 'e1' }), effectiveAt: NOW, recordedAt: NOW };
  const reported = { id: 'e2', percentage: 42.5, effective_at: NOW, corrects: 'e1' };

  it('is the entry, and of the goal what differs', () => {
    const after = { progress: 425_000, progressNotes: 'so far', lastProgressUpdate: NOW };
    expect(reportedChanges(UNREPORTED, after, entry)).toEqual({
      reported: { old: null, new: reported },
      progress_percentage: { old: 0, new: 42.5 },
      progress_notes: { old: null, new: 'so far' },
      last_progress_update: { old: null, new: NOW },
    });
  });

  it('is the entry alone when the goal says what it said', () => {
    const same = { ...UNREPORTED, progress: null };
    expect(reportedChanges(same, same, entry)).toEqual({ reported: { old: null, new: reported } });
  });
});
