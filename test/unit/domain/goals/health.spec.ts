import { gapOf, healthOf, type HealthFacts } from '#domain/goals/health';
import { GOAL_STATUSES, isOpen, MEASUREMENT_FREQUENCIES } from '#domain/goals/words';

const DAY = 86_400_000;
const START = new Date('2026-01-01T00:00:00.000Z');
const day = (days: number): Date => new Date(START.getTime() + days * DAY);

/** A hundred days, so that a day is a point. */
const goal = (more: Partial<HealthFacts> = {}): HealthFacts => ({
  status: 'active',
  startDate: START,
  targetDate: day(100),
  progress: 0,
  measurementFrequency: null,
  lastProgressUpdate: null,
  heldSince: null,
  holds: [],
  ...more,
});

const hold = (from: number, until: number) => ({ from: day(from).getTime(), until: day(until).getTime() });

const points = (percentage: number): Partial<HealthFacts> => ({ progress: percentage * 10_000 });

describe('health', () => {
  it('is none of a closed goal, and some of every other', () => {
    for (const status of GOAL_STATUSES) {
      const heldSince = status === 'on_hold' ? START : null;
      expect(healthOf(goal({ status, heldSince }), day(50)) === null).toBe(!isOpen(status));
    }
  });

  it('is not_started for a draft, whatever else is known', () => {
    expect(healthOf(goal({ status: 'draft' }), day(500))).toBe('not_started');
    expect(healthOf(goal({ status: 'draft', startDate: null, progress: null }), day(5))).toBe('not_started');
  });

  it('is not_started while the start lies ahead, and no longer at the start itself', () => {
    expect(healthOf(goal(), day(-1))).toBe('not_started');
    expect(healthOf(goal({ progress: null }), day(-1))).toBe('not_started');
    expect(healthOf(goal(), START)).toBe('on_track');
  });

  it.each(['startDate', 'targetDate', 'progress'] as const)('is insufficient_data without %s', (field) => {
    expect(healthOf(goal({ [field]: null }), day(50))).toBe('insufficient_data');
  });

  it('is off_track once the target date has passed, unless the goal is complete', () => {
    expect(healthOf(goal(points(99.9999)), day(101))).toBe('off_track');
    expect(healthOf(goal(points(100)), day(101))).toBe('on_track');
    expect(healthOf(goal(points(99.9999)), day(100))).toBe('on_track');
  });

  it('is off_track rather than outdated when the target date has passed', () => {
    expect(healthOf(goal({ measurementFrequency: 'daily' }), day(101))).toBe('off_track');
  });

  it.each([
    ['daily', 1],
    ['weekly', 7],
    ['monthly', 31],
    ['quarterly', 92],
    ['annually', 366],
  ] as const)('is outdated when a %s report is more than two days late', (measurementFrequency, period) => {
    const reported = goal({ measurementFrequency, targetDate: day(4000), lastProgressUpdate: day(10) });
    const due = day(10 + period + 2);
    expect(healthOf(reported, due)).toBe('on_track');
    expect(healthOf(reported, new Date(due.getTime() + 1))).toBe('outdated');
  });

  it('counts a goal never reported on from its start', () => {
    expect(healthOf(goal({ measurementFrequency: 'weekly' }), day(9))).toBe('on_track');
    expect(healthOf(goal({ measurementFrequency: 'weekly' }), day(9.1))).toBe('outdated');
  });

  it('knows the period of every frequency', () => {
    for (const measurementFrequency of MEASUREMENT_FREQUENCIES)
      expect(healthOf(goal({ measurementFrequency, targetDate: day(4000) }), day(400))).toBe('outdated');
  });

  it.each([
    [16.4999, 'on_track'],
    [16.5, 'at_risk'],
    [33, 'at_risk'],
    [33.0001, 'off_track'],
  ])('of a goal %d points behind is %s', (gap, health) => {
    expect(healthOf(goal(points(50 - gap)), day(50))).toBe(health);
  });

  it('is on_track ahead of what was expected', () => {
    expect(healthOf(goal(points(80)), day(10))).toBe('on_track');
  });
});

describe('the gap', () => {
  it('is expected minus reached, in points', () => {
    expect(gapOf(goal(points(12.5)), day(50))).toBe(37.5);
    expect(gapOf(goal(points(60)), day(50))).toBe(-10);
  });

  it('grows no further than what is missing once the target date has passed', () => {
    expect(gapOf(goal(points(40)), day(900))).toBe(60);
  });

  it('leaves days on hold out of elapsed and of all days', () => {
    // 20 of 100 days on hold: at day 60, 40 of 80 days have gone by.
    expect(gapOf(goal({ holds: [hold(5, 15), hold(20, 30)] }), day(60))).toBe(50);
  });

  it('lets a hold take days from the whole, so that those before it weigh more', () => {
    const held = goal({ status: 'on_hold', heldSince: day(40) });
    expect(gapOf(held, day(40))).toBe(40);
    expect(gapOf(held, day(60))).toBe(50);
    expect(gapOf(held, day(99))).toBeCloseTo((100 * 40) / 41);
  });

  it('adds the present hold to the ones before', () => {
    expect(gapOf(goal({ status: 'on_hold', heldSince: day(50), holds: [hold(10, 20)] }), day(60))).toBe(50);
  });

  it('counts a hold from the start only', () => {
    expect(gapOf(goal({ status: 'on_hold', heldSince: day(-30) }), day(10))).toBe(0);
  });

  it('leaves out only what of a hold lies behind the start, wherever that is moved', () => {
    const held = { holds: [hold(-20, -10), hold(-5, 20)] };
    expect(gapOf(goal(held), day(60))).toBe(50);
    expect(gapOf(goal({ ...held, startDate: day(20) }), day(60))).toBe(50);
    expect(gapOf(goal({ ...held, startDate: day(-25) }), day(60))).toBeCloseTo((100 * 50) / 90);
  });

  it('looks at what was on hold by then', () => {
    const held = { holds: [hold(10, 20), hold(50, 80)] };
    expect(gapOf(goal(held), day(15))).toBeCloseTo((100 * 10) / 95);
    expect(gapOf(goal(held), day(30))).toBeCloseTo((100 * 20) / 90);
  });

  it('takes no more for held than has gone by, though holds overlap', () => {
    expect(gapOf(goal({ holds: [hold(0, 10), hold(9, 10)] }), day(10))).toBe(0);
    expect(gapOf(goal({ holds: [hold(0, 99), hold(98, 100)] }), day(100))).toBe(100);
  });

  it('expects all at once of a goal that starts and ends at one moment', () => {
    expect(gapOf(goal({ targetDate: START }), START)).toBe(100);
    expect(gapOf(goal({ targetDate: START }), day(-1))).toBe(0);
  });

  it('expects nothing before the start, and nothing of a draft', () => {
    expect(gapOf(goal(points(5)), day(-10))).toBe(-5);
    expect(gapOf(goal({ status: 'draft' }), day(50))).toBe(0);
  });

  it('cannot be said without dates or progress, and not of a closed goal', () => {
    for (const more of [{ startDate: null }, { targetDate: null }, { progress: null }, { status: 'missed' as const }])
      expect(gapOf(goal(more), day(50))).toBeNull();
  });
});
