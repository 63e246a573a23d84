import type { Result } from '#domain/shared/result';
import { readGoalChanges, readNewGoal, type WorkflowGoalRequest } from '#domain/workflows/workflow-goal-input';

const now = new Date('2026-01-10T08:00:00.000Z');

const request = (more: Partial<WorkflowGoalRequest> = {}): WorkflowGoalRequest => ({
  goalType: 'form_submitted',
  criteria: { form_id: 'f-1' },
  ...more,
});

const faults = (result: Result<unknown>): string[] =>
  result.ok ? [] : (result.error.fields ?? []).map(({ pointer, code }) => `${pointer} ${code}`);

describe('reading a new workflow goal (SPEC 4.2)', () => {
  it('needs a type and criteria only', () => {
    expect(readNewGoal(request(), now)).toEqual({
      ok: true,
      value: { goalType: 'form_submitted', criteria: { form_id: 'f-1' }, windowHours: null },
    });
  });

  it('takes a window, a position and, from imports, active_since', () => {
    const more = { windowHours: 8_760, position: 2, activeSince: now };
    expect(readNewGoal(request(more), now)).toMatchObject({ value: more });
  });

  it.each([0, 8_761, 1.5, -1, NaN])('refuses a window of %d hours', (windowHours) => {
    expect(faults(readNewGoal(request({ windowHours }), now))).toEqual(['/window_hours out-of-range']);
  });

  it.each([0, 1_001, 1.5])('refuses the position %d', (position) => {
    expect(faults(readNewGoal(request({ position }), now))).toEqual(['/position out-of-range']);
  });

  it('refuses an active_since in the future', () => {
    const activeSince = new Date(now.getTime() + 1);
    expect(faults(readNewGoal(request({ activeSince }), now))).toEqual(['/active_since in-the-future']);
  });

  it('names all faults at once', () => {
    const activeSince = new Date(now.getTime() + 1);
    expect(faults(readNewGoal(request({ criteria: {}, windowHours: 0, position: 0, activeSince }), now))).toEqual([
      '/criteria/form_id required',
      '/window_hours out-of-range',
      '/position out-of-range',
      '/active_since in-the-future',
    ]);
  });
});

describe('reading changes of a workflow goal', () => {
  it('keeps only what was given', () => {
    expect(readGoalChanges('form_submitted', {})).toEqual({ ok: true, value: {} });
    expect(readGoalChanges('form_submitted', { isActive: false, windowHours: null })).toEqual({
      ok: true,
      value: { isActive: false, windowHours: null },
    });
    expect(readGoalChanges('form_submitted', { criteria: { form_id: 'f-2' }, position: 3 })).toEqual({
      ok: true,
      value: { criteria: { form_id: 'f-2' }, position: 3 },
    });
  });

  it('goal_type never changes', () => {
    expect(faults(readGoalChanges('form_submitted', { goalType: 'tag_added' }))).toEqual(['/goal_type fixed']);
    expect(readGoalChanges('form_submitted', { goalType: 'form_submitted' })).toEqual({ ok: true, value: {} });
  });

  it('names all faults at once', () => {
    const patch = { goalType: 'tag_added', criteria: {}, windowHours: 9_000, position: -1 };
    expect(faults(readGoalChanges('form_submitted', patch))).toEqual([
      '/criteria/form_id required',
      '/window_hours out-of-range',
      '/position out-of-range',
      '/goal_type fixed',
    ]);
  });
});
