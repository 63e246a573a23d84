import { Turns } from '#infrastructure/database/turns';

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

  it('are given up after a time, as the pool gives up, and then nobody stands in line for them', async () => {
    const turns = new Turns(1, 20);
    await turns.take('a');
    const [first, second] = await Promise.allSettled([turns.take('b'), turns.take('b')]);
    for (const refused of [first, second]) expect(refused).toMatchObject({ reason: { code: 'DB_POOL_TIMEOUT' } });
    turns.give();
    await turns.take('c');
  });
});
