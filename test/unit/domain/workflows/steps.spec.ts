import { durationOf, planActions, readSteps, type Step } from '#domain/workflows/steps';
import { ENROLLED_AT, hoursAfterEnrollment } from './builders';

const faults = (raw: unknown): string[] => {
  const result = readSteps(raw);
  return result.ok ? [] : (result.error.fields ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
};

const mail: Step = { type: 'action', action: 'send_email', config: { template: 'welcome' } };
const text: Step = { type: 'action', action: 'send_sms' };

describe('durations', () => {
  it.each([
    ['P2D', 48],
    ['PT36H', 36],
    ['P1W', 168],
    ['P1W1DT1H', 193],
    ['PT90M', 1.5],
    ['PT1H30M36S', 1.51],
    ['PT0S', 0],
    ['P3650D', 87_600],
  ])('%s is %d hours', (duration, hours) => {
    expect(durationOf(duration)).toBe(hours * 3_600_000);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '2D',
    'P1M',
    'P1Y',
    'P1.5D',
    'P-1D',
    'p1d',
    'PT1D',
    'P1H',
    'P1DW',
    'P3651D',
    'P9999999999D',
    ' P1D',
  ])('%j is none', (duration) => {
    expect(durationOf(duration)).toBeUndefined();
  });
});

describe('reading steps (SPEC 4.1)', () => {
  it.each(['send_email', 'send_sms', 'add_tag', 'webhook', 'custom'])('an action can be %s', (action) => {
    expect(readSteps([{ type: 'action', action }])).toMatchObject({ ok: true, value: [{ type: 'action', action }] });
  });

  it('keeps configuration as it is and writes times in UTC', () => {
    const until = '2026-02-01T10:00:00+02:00';
    expect(readSteps([mail, { type: 'wait', duration: 'P2D' }, { type: 'wait', until }])).toEqual({
      ok: true,
      value: [mail, { type: 'wait', duration: 'P2D' }, { type: 'wait', until: '2026-02-01T08:00:00.000Z' }],
    });
  });

  it('null counts as not given', () => {
    const raw = [
      { type: 'action', action: 'custom', config: null },
      { type: 'wait', duration: 'P1D', until: null },
    ];
    expect(readSteps(raw)).toMatchObject({
      value: [
        { type: 'action', action: 'custom' },
        { type: 'wait', duration: 'P1D' },
      ],
    });
  });

  it('no steps is fine, no list is not', () => {
    expect(readSteps([])).toEqual({ ok: true, value: [] });
    expect(faults('wait')).toEqual(['/steps wrong-type']);
    expect(faults(null)).toEqual(['/steps wrong-type']);
  });

  it('takes 100 steps and no more', () => {
    expect(faults(Array<unknown>(100).fill(mail))).toEqual([]);
    expect(faults(Array<unknown>(101).fill(mail))).toEqual(['/steps too-many']);
  });

  it('names every fault at once', () => {
    const raw = [
      'wait',
      { type: 'loop' },
      { type: 'action', action: 'fax', colour: 'red' },
      { type: 'action', action: 'custom', config: [] },
      { type: 'wait' },
      { type: 'wait', duration: 'P1D', until: '2026-02-01T10:00:00Z' },
      { type: 'wait', duration: 'P1M' },
      { type: 'wait', duration: 3600 },
      { type: 'wait', until: '2026-02-01T10:00:00' },
      { type: 'wait', until: 5, seconds: 5 },
    ];
    expect(faults(raw)).toEqual([
      '/steps/0 wrong-type',
      '/steps/1/type malformed',
      '/steps/2/colour unknown-key',
      '/steps/2/action malformed',
      '/steps/3/config wrong-type',
      '/steps/4 required',
      '/steps/5 required',
      '/steps/6/duration malformed',
      '/steps/7/duration malformed',
      '/steps/8/until malformed',
      '/steps/9/seconds unknown-key',
      '/steps/9/until malformed',
    ]);
  });
});

describe('planning the pending actions of an enrollment (SPEC 4.4)', () => {
  const due = (steps: readonly Step[]) => planActions(steps, ENROLLED_AT).map(({ scheduledAt }) => scheduledAt);

  it('numbers them from 1 and keeps what they are', () => {
    expect(planActions([mail, { type: 'wait', duration: 'P1D' }, text], ENROLLED_AT)).toEqual([
      { position: 1, actionType: 'send_email', scheduledAt: ENROLLED_AT, config: { template: 'welcome' } },
      { position: 2, actionType: 'wait', scheduledAt: hoursAfterEnrollment(24), config: { duration: 'P1D' } },
      { position: 3, actionType: 'send_sms', scheduledAt: hoursAfterEnrollment(24), config: null },
    ]);
  });

  it('each is due at enrolled_at plus the waits before it', () => {
    const waits: Step[] = [{ type: 'wait', duration: 'PT1H' }, mail, { type: 'wait', duration: 'PT2H' }, text];
    expect(due(waits)).toEqual([1, 1, 3, 3].map(hoursAfterEnrollment));
  });

  it('a wait until a time ends at that time', () => {
    const until = hoursAfterEnrollment(5).toISOString();
    expect(due([{ type: 'wait', until }, mail])).toEqual([5, 5].map(hoursAfterEnrollment));
  });

  it('a wait until a time that has passed is over at once', () => {
    const until = hoursAfterEnrollment(-5).toISOString();
    expect(due([{ type: 'wait', duration: 'PT1H' }, { type: 'wait', until }, mail])).toEqual(
      [1, 1, 1].map(hoursAfterEnrollment),
    );
  });

  it('nothing is due later than a time can be written', () => {
    const last = '9999-12-31T23:59:59.000Z';
    const steps: Step[] = [{ type: 'wait', until: last }, mail, { type: 'wait', duration: 'P1D' }, text];
    const end = new Date('9999-12-31T23:59:59.999Z');
    expect(due(steps)).toEqual([new Date(last), new Date(last), end, end]);
  });

  it('a stored duration that cannot be read is a bug, not a wait of nothing', () => {
    expect(() => planActions([{ type: 'wait', duration: 'soon' }, mail], ENROLLED_AT)).toThrow('soon');
  });

  it('no steps plan nothing', () => {
    expect(planActions([], ENROLLED_AT)).toEqual([]);
  });
});
