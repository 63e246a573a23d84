import { Redis } from 'ioredis';
import { LocalWindows, SLIDE } from '#infrastructure/limits/window';
import { networkOf } from '#infrastructure/limits/counted';
import { eventually, freshRedis, TestApp, type Answer, type Ask } from '../support/app';
import { privateRedis } from '../support/private-redis';

const LIMITS = {
  RATE_LIMIT: '8',
  RATE_LIMIT_EVENTS: '4',
  RATE_LIMIT_ANALYTICS: '3',
  RATE_LIMIT_AUTH: '12',
  RATE_LIMIT_LOGIN: '4',
};

const left = ({ headers }: Answer): unknown => [headers['ratelimit-limit'], headers['ratelimit-remaining']];

/** As many statuses of the same request as there were before the first refusal, and the refusal. */
const until429 = async (ask: () => Promise<Answer>): Promise<{ taken: number; refused: Answer }> => {
  for (let taken = 0; taken < 100; taken += 1) {
    const answer = await ask();
    if (answer.status === 429) return { taken, refused: answer };
  }
  throw new Error('there is no limit');
};

/** Whatever of a minute may end meanwhile: two windows can let through a little less than a fresh one, never more. */
describe('Requests', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ ...LIMITS, TRUST_PROXY_HOPS: '1' });
    await eventually(
      async () => left(await app.ask('GET', '/goals', { token: (await app.tenant()).token.Owner })),
      (told) => JSON.stringify(told) === '["8","7"]',
    );
  });
  afterAll(() => app.stop());

  const from = (address: string, ask: Ask = {}): Ask => ({ ...ask, headers: { 'x-forwarded-for': address } });

  it('of one member are counted, told of in every answer, and refused with 429 when there are too many', async () => {
    const { token } = await app.tenant();
    const first = await app.ask('GET', '/goals', { token: token.Owner });
    expect(left(first)).toEqual(['8', '7']);
    const unknown = await app.ask('GET', '/goals/0190a000-0000-7000-8000-000000000001', { token: token.Owner });
    expect([unknown.status, ...(left(unknown) as string[])]).toEqual([404, '8', '6']);
    const { taken, refused } = await until429(() => app.ask('GET', '/goals', { token: token.Owner }));
    expect(taken).toBeLessThanOrEqual(6);
    expect(refused).toMatchObject({ body: { code: 'rate-limited', type: 'urn:problem:rate-limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
  });

  it('of others are not touched by it, nor those of other classes', async () => {
    const [one, other] = [await app.tenant(), await app.tenant()];
    await until429(() => app.ask('GET', '/goals', { token: one.token.Owner }));
    expect((await app.ask('GET', '/goals', { token: other.token.Owner })).status).toBe(200);
    const { body } = await app.ask('POST', '/api-keys', {
      ...{ token: other.token.Owner, body: { name: 'Shop', scopes: ['goal:read'] } },
    });
    expect(left(await app.ask('GET', '/goals', { token: String(body.key) }))).toEqual(['8', '7']);
    const event = { event_type: 'form.submitted', contact_id: 'c', data: { form_id: 'f' } };
    const publish = () => app.ask('POST', '/events', { token: one.token.Owner, body: event });
    expect((await until429(publish)).taken).toBeLessThanOrEqual(4);
    expect(
      (await app.ask('GET', '/contacts/c/achievements', { token: one.token.Owner })).headers['ratelimit-limit'],
    ).toBe('3');
  });

  it('to public routes are counted by network, which a caller cannot make up', async () => {
    const refresh = (address: string) =>
      app.ask('POST', '/auth/refresh', from(address, { body: { refresh_token: 'x' } }));
    expect((await until429(() => refresh('203.0.113.7'))).taken).toBeLessThanOrEqual(12);
    expect((await refresh('203.0.113.8')).status).toBe(401);
    // One proxy is believed: what the caller wrote before it says nothing.
    expect((await refresh('203.0.113.99, 203.0.113.7')).status).toBe(429);
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0');
    expect([networkOf('::ffff:10.0.0.1'), networkOf('10.0.0.1')]).toEqual(['::ffff:10.0.0.1', '10.0.0.1']);
  });

  it('with tokens that are not good are counted by network too', async () => {
    const wrong = () => app.ask('GET', '/goals', from('203.0.113.20', { token: 'not.a.token' }));
    const { taken, refused } = await until429(wrong);
    expect(taken).toBeLessThanOrEqual(12);
    expect(refused.headers['retry-after']).toBeDefined();
    const good = await app.ask('GET', '/goals', from('203.0.113.20', { token: (await app.tenant()).token.Owner }));
    expect(good.status).toBe(200);
  });

  it('to log in are counted by account: one place cannot shut its owner out', async () => {
    const guess = (address: string) => {
      const body = { email: 'Ada@example.com', password: 'a guess of a password' };
      return app.ask('POST', '/auth/login', from(address, { body }));
    };
    expect((await until429(() => guess('203.0.113.30'))).taken).toBeLessThanOrEqual(4);
    expect((await guess('203.0.113.31')).status).toBe(401);
  });

  it('that several limits count are told of the one that will refuse first', async () => {
    const guess = (email: string) => {
      const body = { email, password: 'a guess of a password' };
      return app.ask('POST', '/auth/login', from('203.0.113.40', { body }));
    };
    expect(left(await guess('bob@example.com'))).toEqual(['4', '3']);
    expect(left((await until429(() => guess('bob@example.com'))).refused)).toEqual(['4', '0']);
    for (let at = 0; at < 5; at += 1) await guess(`carol${String(at)}@example.com`);
    const [limit, remaining] = left(await guess('dave@example.com')) as string[];
    expect(limit).toBe('12');
    expect(Number(remaining)).toBeLessThan(3);
  });
});

describe('While Redis is away, requests', () => {
  it('are counted by each process, a quarter of them for a login, and nobody is shut out', async () => {
    const server = await privateRedis();
    const app = await TestApp.start({ ...LIMITS, RATE_LIMIT_LOGIN: '8', REDIS_URL: server.url });
    try {
      const { token } = await app.tenant();
      expect((await app.ask('GET', '/goals', { token: token.Owner })).status).toBe(200);
      server.signal('SIGKILL');
      const { taken } = await until429(() => app.ask('GET', '/goals', { token: token.Owner }));
      expect(taken).toBeGreaterThan(3);
      expect(taken).toBeLessThanOrEqual(8);
      const body = { email: 'ada@example.com', password: 'a guess of a password' };
      expect((await until429(() => app.ask('POST', '/auth/login', { body }))).taken).toBeLessThanOrEqual(2);
      await server.start();
      const other = await app.tenant();
      const shared = new Redis(server.url);
      await eventually(
        async () => {
          await app.ask('GET', '/goals', { token: other.token.Owner });
          return shared.keys(`goal-service:limit:*${other.id}*`);
        },
        (keys) => keys.length > 0,
      );
      shared.disconnect();
    } finally {
      await app.stop();
      await server.stop();
    }
  });
});

describe('The sliding window', () => {
  it('in Redis and in the process let through the same, and never more in any minute than the limit', async () => {
    const redis = new Redis(await freshRedis());
    const local = new LocalWindows();
    const [limit, width] = [10, 1000];
    const taken: number[] = [];
    try {
      for (let now = 10_000; now < 16_000; now += 37) {
        const [window, passed] = [Math.floor(now / width), now % width];
        const keys = [`w:${String(window)}`, `w:${String(window - 1)}`];
        const [isAllowed, remaining, resetMs] = (await redis.eval(SLIDE, 2, ...keys, limit, passed, width)) as number[];
        const verdict = local.take('w', limit, now, width);
        expect({ isAllowed: isAllowed === 1, limit, remaining, resetMs }).toEqual(verdict);
        if (verdict.isAllowed) taken.push(now);
      }
    } finally {
      redis.disconnect();
    }
    expect(taken.length).toBeGreaterThan(4 * limit);
    for (const [n, at] of taken.entries())
      expect(taken.slice(n).filter((other) => other < at + width).length).toBeLessThanOrEqual(limit + 1);
  });
});
