import { averageHours, nearestRank, percent, tenthsOfHours } from '#domain/workflows/statistics';

describe('statistics (SPEC 4.5)', () => {
  it.each([
    [2, 5, 40],
    [1, 3, 33.3],
    [2, 3, 66.7],
    [1, 800, 0.1],
    [1, 2_000, 0.1],
    [1, 2_001, 0],
    [7, 16, 43.8],
    [5, 5, 100],
    [0, 5, 0],
    [999_999, 1_000_000, 100],
  ])('%d of %d is %d percent, half up', (part, whole, share) => {
    expect(percent(part, whole)).toBe(share);
  });

  it('nobody enrolled has no rate', () => {
    expect(percent(0, 0)).toBeNull();
  });

  it('48 h and 72 h average 60', () => {
    expect(averageHours((48 + 72) * 3_600_000, 2)).toBe(60);
  });

  it.each([
    [0, 0],
    [3_600_000, 1],
    [179_999, 0],
    [180_000, 0.1],
    [5_399_999, 1.5],
  ])('%d ms are %d hours', (milliseconds, expected) => {
    expect(tenthsOfHours(milliseconds)).toBe(expected * 10);
    expect(averageHours(milliseconds, 1)).toBe(expected);
  });

  it('no durations have no average and no rank', () => {
    expect(averageHours(0, 0)).toBeNull();
    expect(nearestRank(0, 50)).toBeNull();
  });

  it.each([
    [1, 50, 1],
    [2, 50, 1],
    [3, 50, 2],
    [10, 50, 5],
    [10, 90, 9],
    [11, 90, 10],
    [1, 90, 1],
    [5, 100, 5],
  ])('of %d values the %dth percentile is the %dth', (count, percentile, place) => {
    expect(nearestRank(count, percentile)).toBe(place);
  });
});
