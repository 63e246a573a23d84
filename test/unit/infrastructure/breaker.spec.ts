import { register } from 'prom-client';
import { Breaker, isBroken } from '#infrastructure/mail/breaker';

const away = () => Promise.reject(new Error('away'));
const there = () => Promise.resolve('there');

describe('A breaker', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  const shown = async (): Promise<number | undefined> => {
    const { values } = await register.getSingleMetric('goal_circuit_state')!.get();
    return values.find(({ labels }) => labels.circuit === 'test')?.value;
  };
  const begin = () => new Breaker('test', { failures: 3, resetMs: 1000 }, ({ message }) => message === 'away');
  const fail = async (breaker: Breaker, times: number) => {
    for (let n = 0; n < times; n += 1) await breaker.run(away).catch(() => undefined);
  };

  it('opens after so many failures in a row, and lets nothing through then', async () => {
    const breaker = begin();
    await fail(breaker, 2);
    await breaker.run(there);
    await fail(breaker, 2);
    expect([breaker.isOpen, await shown()]).toEqual([false, 0]);
    await fail(breaker, 1);
    expect([breaker.isOpen, await shown()]).toEqual([true, 2]);
    const work = jest.fn(there);
    expect(isBroken(await breaker.run(work).catch((failure: unknown) => failure))).toBe(true);
    expect(work).not.toHaveBeenCalled();
  });

  it('lets one try through after its time, and is closed by its success', async () => {
    const breaker = begin();
    await fail(breaker, 3);
    jest.advanceTimersByTime(1000);
    expect(breaker.isOpen).toBe(false);
    let answer: (text: string) => void = () => undefined;
    const trying = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)));
    expect(await shown()).toBe(1);
    answer('there');
    expect([await trying, await shown(), breaker.isOpen]).toEqual(['there', 0, false]);
  });

  it('is opened for as long again when that try fails', async () => {
    const breaker = begin();
    await fail(breaker, 3);
    jest.advanceTimersByTime(1000);
    await fail(breaker, 1);
    expect([breaker.isOpen, await shown()]).toEqual([true, 2]);
    jest.advanceTimersByTime(999);
    expect(breaker.isOpen).toBe(true);
  });

  it('does not count what is no fault of the other side, and passes it on', async () => {
    const breaker = begin();
    for (let n = 0; n < 5; n += 1)
      await expect(breaker.run(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(breaker.isOpen).toBe(false);
    expect(isBroken(new Error('refused'))).toBe(false);
  });
});
