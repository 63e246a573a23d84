import { Turns } from '#infrastructure/limits/turns';

/** In which order those who wait are let in, one after the other. */
const orderOf = async (turns: Turns, asked: readonly string[]): Promise<string[]> => {
  const order: string[] = [];
  const waiting = asked.map(async (who) => {
    await turns.take(who);
    order.push(who);
    turns.give();
  });
  turns.give();
  await Promise.all(waiting);
  return order;
};

describe('Turns', () => {
  it('are taken at once as long as some are free', async () => {
    const turns = new Turns(2, 60_000);
    await turns.take('a');
    await turns.take('a');
    turns.give();
    await turns.take('b');
  });

  it('go round the tenants that wait, and within one in the order of asking', async () => {
    const turns = new Turns(1, 60_000);
    await turns.take('a');
    expect(await orderOf(turns, ['a', 'a', 'a', 'b', 'c', 'b'])).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
    expect(await orderOf(new Turns(0, 60_000), ['a', 'a'])).toEqual(['a', 'a']);
  });

  it('are given up after a time, and then nobody stands in line for them', async () => {
    const turns = new Turns(1, 20);
    await turns.take('a');
    expect(await Promise.all([turns.take('b'), turns.take('b')])).toEqual([false, false]);
    turns.give();
    expect(await turns.take('c')).toBe(true);
  });
});

/** Whose turn came, and whose did not, in the order in which they knew. */
const asked = (turns: Turns, names: string): string[] => {
  const heard: string[] = [];
  for (const name of names) void turns.take().then((came) => heard.push(came ? name : `-${name}`));
  return heard;
};

describe('Turns in one line', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const settled = () => jest.advanceTimersByTimeAsync(0);

  it('come to so many at once, and to the others in their order as those end', async () => {
    const turns = new Turns(2, 1000, 2);
    const heard = asked(turns, 'abcd');
    await settled();
    expect(heard).toEqual(['a', 'b']);
    for (const name of ['c', 'd']) {
      turns.give();
      await settled();
      expect(heard.at(-1)).toBe(name);
    }
    for (let n = 0; n < 2; n += 1) turns.give();
    const later = asked(turns, 'ef');
    await jest.advanceTimersByTimeAsync(2000);
    expect([heard, later].flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('do not come to whom the line is too long for, nor to whom they do not come in time', async () => {
    const turns = new Turns(1, 1000, 2);
    const heard = asked(turns, 'abcd');
    await settled();
    expect(heard).toEqual(['a', '-d']);
    await jest.advanceTimersByTimeAsync(999);
    turns.give();
    await jest.advanceTimersByTimeAsync(1);
    expect(heard).toEqual(['a', '-d', 'b', '-c']);
    turns.give();
    const later = asked(turns, 'e');
    await settled();
    expect(later).toEqual(['e']);
  });
});
