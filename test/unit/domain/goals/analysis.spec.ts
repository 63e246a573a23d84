import { analysisOf, type AnalysisFacts } from '#domain/goals/analysis';
import { daysUntilTarget } from '#domain/goals/health';
import { LEVELS, PRIORITIES } from '#domain/goals/words';

const DAY = 86_400_000;
const START = new Date('2026-01-01T00:00:00.000Z');
const day = (days: number): Date => new Date(START.getTime() + days * DAY);

const goal = (more: Partial<AnalysisFacts> = {}): AnalysisFacts => ({
  status: 'active',
  startDate: START,
  targetDate: day(100),
  progress: 0,
  measurementFrequency: null,
  lastProgressUpdate: null,
  heldSince: null,
  holds: [],
  priority: 'medium',
  riskLevel: 'medium',
  strategicAlignment: null,
  businessValue: null,
  ...more,
});

describe('the scores of a goal', () => {
  it('are the place of its words among their like', () => {
    const scores = PRIORITIES.map((word) => analysisOf(goal({ priority: word, riskLevel: word }), START));
    expect(scores.map(({ priority }) => priority)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(scores.map(({ risk }) => risk)).toEqual([0.25, 0.5, 0.75, 1]);
    const levels = LEVELS.map((word) => analysisOf(goal({ strategicAlignment: word, businessValue: word }), START));
    expect(levels.map(({ alignment }) => alignment)).toEqual([1 / 3, 2 / 3, 1]);
    expect(levels.map(({ value }) => value)).toEqual([1 / 3, 2 / 3, 1]);
  });

  it('are a half where nothing is set', () => {
    expect(analysisOf(goal({ progress: null }), START)).toMatchObject({ progress: 0.5, alignment: 0.5, value: 0.5 });
  });

  it('have the progress that is shown', () => {
    expect(analysisOf(goal({ progress: 404_999 }), START).progress).toBe(0.4);
    expect(analysisOf(goal({ progress: 999_999 }), START).progress).toBe(0.99);
    expect(analysisOf(goal({ progress: 1_000_000 }), START).progress).toBe(1);
  });

  it('make up the overall health of source document 000, which a high priority raises', () => {
    const scored = { progress: 400_000, riskLevel: 'low', strategicAlignment: 'high', businessValue: 'high' } as const;
    expect(analysisOf(goal({ ...scored, priority: 'high' }), START).overallHealth).toBeCloseTo(
      (0.75 + 0.4 + (1 - 0.25) + 1 + 1) / 5,
    );
    expect(analysisOf(goal({ ...scored, priority: 'critical' }), START).overallHealth).toBeGreaterThan(
      analysisOf(goal({ ...scored, priority: 'low' }), START).overallHealth,
    );
  });
});

describe('the attention a goal asks for', () => {
  it('is value times priority times the gap', () => {
    const facts = goal({ priority: 'high', businessValue: 'high', progress: 100_000 });
    expect(analysisOf(facts, day(50)).attention).toBeCloseTo(1 * 0.75 * 0.4);
  });

  it('rises with the priority of goals that are equally far behind', () => {
    const scores = PRIORITIES.map((priority) => Number(analysisOf(goal({ priority }), day(60)).attention));
    expect(scores).toEqual(scores.toSorted((one, other) => one - other));
    expect(new Set(scores).size).toBe(PRIORITIES.length);
  });

  it('is nothing for a goal that is not behind', () => {
    expect(analysisOf(goal({ progress: 900_000 }), day(50)).attention).toBe(0);
    expect(analysisOf(goal(), day(-1)).attention).toBe(0);
  });

  it('is unknown without a gap', () => {
    expect(analysisOf(goal({ targetDate: null }), day(50)).attention).toBeNull();
    expect(analysisOf(goal({ status: 'achieved' }), day(50)).attention).toBeNull();
  });
});

describe('the days until the target', () => {
  it.each([
    [new Date(day(100).getTime() - 1), 0],
    [day(100), 0],
    [new Date(day(100).getTime() + 1), -1],
    [day(98.5), 1],
    [day(101), -1],
    [day(101.5), -2],
  ])('at %j are %i', (now, days) => {
    expect(daysUntilTarget(goal(), now)).toBe(days);
  });

  it('are unknown without one', () => {
    expect(daysUntilTarget({ targetDate: null }, START)).toBeNull();
  });
});
