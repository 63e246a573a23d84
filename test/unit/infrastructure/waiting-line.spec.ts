import { WaitingLine } from '#infrastructure/auth/waiting-line';

/** Whose turn came, and whose did not, in the order in which they knew. */
const asked = (turns: WaitingLine, names: string): string[] => {
  const heard: string[] = [];
  for (const name of names) void turns.begin().then((came) => heard.push(came ? name : `-${name}`));
  return heard;
};

describe('Turns in a waiting line', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const settled = () => jest.advanceTimersByTimeAsync(0);

  it('come to so many at once, and to the others in their order as those end', async () => {
    const turns = new WaitingLine(2, 2, 1000);
    const heard = asked(turns, 'abcd');
    await settled();
    expect(heard).toEqual(['a', 'b']);
    for (const name of ['c', 'd']) {
      turns.end();
      await settled();
      expect(heard.at(-1)).toBe(name);
    }
    for (let n = 0; n < 2; n += 1) turns.end();
    const later = asked(turns, 'ef');
    await jest.advanceTimersByTimeAsync(2000);
    expect([heard, later].flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('do not come to whom the line is too long for, nor to whom they do not come in time', async () => {
    const turns = new WaitingLine(1, 2, 1000);
    const heard = asked(turns, 'abcd');
    await settled();
    expect(heard).toEqual(['a', '-d']);
    await jest.advanceTimersByTimeAsync(999);
    turns.end();
    await jest.advanceTimersByTimeAsync(1);
    expect(heard).toEqual(['a', '-d', 'b', '-c']);
    turns.end();
    const later = asked(turns, 'e');
    await settled();
    expect(later).toEqual(['e']);
  });
});
