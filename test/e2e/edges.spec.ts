import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { eventually, freshRedis, TestApp, type Answer } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { freshDatabase } from '../support/database';

describe('Every answer', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start({ CORS_ORIGINS: 'https://app.example.com, https://other.example.com' });
    token = (await app.tenant()).token.Owner;
  });
  afterAll(() => app.stop());

  it.each([
    ['a success', () => app.ask('GET', '/goals', { token })],
    ['a refusal', () => app.ask('GET', '/goals')],
    ['an unknown route', () => app.ask('GET', '/nowhere', { token })],
    ['a wrong method', () => app.ask('DELETE', '/goals', { token })],
    ['a broken body', () => app.ask('POST', '/goals', { token, raw: '{' })],
    ['health', () => app.ask('GET', '//health')],
  ])('tells browsers to be careful, and not what it is made of: %s', async (_, ask) => {
    const { headers } = await ask();
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'strict-transport-security': expect.stringContaining('max-age=') as string,
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect([headers.server, headers['x-powered-by']]).toEqual([undefined, undefined]);
  });

  it('may be read by pages of the origins named, and of no others', async () => {
    const of = (origin: string): Promise<Answer> => app.ask('GET', '/goals', { token, headers: { origin } });
    expect((await of('https://other.example.com')).headers).toMatchObject({
      'access-control-allow-origin': 'https://other.example.com',
      'access-control-expose-headers': expect.stringContaining('ETag') as string,
      vary: 'Origin',
    });
    for (const stranger of [
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'null',
      'http://app.example.com',
    ])
      expect((await of(stranger)).headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await app.ask('OPTIONS', '/goals', {
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'PATCH' },
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-methods': expect.stringContaining('PATCH') as string },
    });
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'is to the method of the request, whatever %s says',
    async (header) => {
      const goal = await app.ask('POST', '/goals', { token, body: { name: 'Stays', goal_type: 'strategic' } });
      const path = `/goals/${String(goal.body.id)}`;
      const answer = await app.ask('GET', `${path}?_method=DELETE`, { token, headers: { [header]: 'DELETE' } });
      expect([422, 200]).toContain(answer.status);
      expect((await app.ask('GET', path, { token })).status).toBe(200);
    },
  );
});

describe('Without origins named', () => {
  it('no page of another origin may ask', async () => {
    const app = await TestApp.start();
    const { token } = await app.tenant();
    const answer = await app.ask('GET', '/goals', {
      token: token.Owner,
      headers: { origin: 'https://app.example.com' },
    });
    await app.stop();
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('A caller who sends too slowly', () => {
  it.each([
    'GET /api/v1/goals HTTP/1.1\r\nHost: x\r\nX-',
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  ])('is answered 408 and left: %j', async (beginning) => {
    const app = await TestApp.start({ REQUEST_TIMEOUT_MS: '300' });
    await app.nest.listen(0, '127.0.0.1');
    const { port } = app.nest.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    socket.write(beginning);
    await once(socket, 'close');
    await app.stop();
    expect(heard).toMatch(/^HTTP\/1\.1 408 .*request\.timeout/s);
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

describe('The log', () => {
  it('at its most talkative holds no password, token, key or hash', async () => {
    const [database, redisUrl] = await Promise.all([freshDatabase(), freshRedis(), build()]);
    const port = await freePort();
    const secret = `the secret ${randomUUID()} ${randomUUID()}`;
    const api = Program.start('apps/api/main.js', [], {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: database.appUrl, REDIS_URL: redisUrl, SECRET_KEY: secret, LOG_LEVEL: 'trace' },
        ...{ PORT: String(port), METRICS_PORT: '0', RATE_LIMIT_AUTH: '0' },
      },
    });
    const secrets = new Set([secret, new URL(database.appUrl).password]);
    try {
      const url = `http://127.0.0.1:${String(port)}`;
      await eventually(
        () => fetch(`${url}/health/live`).catch(() => undefined),
        (answer) => answer?.ok === true,
        30_000,
      );
      const ask = async (path: string, body: unknown, token = '', method = 'POST') => {
        const answer = await fetch(`${url}/api/v1${path}`, {
          method,
          headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const text = await answer.text();
        const read = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
        for (const name of ['access_token', 'refresh_token', 'key', 'token'])
          if (typeof read[name] === 'string') secrets.add(read[name]);
        return read as Record<string, string>;
      };
      const given = (password: string): string => (secrets.add(password), password);
      const [email, password] = [`${randomUUID()}@example.com`, given(`pass ${randomUUID()}`)];
      await ask('/auth/register', { email, password, name: 'Ada', tenant_name: 'Engines' });
      const { access_token: token = '', refresh_token } = await ask('/auth/login', { email, password });
      await ask('/auth/login', { email, password: given(`wrong ${randomUUID()}`) });
      await ask('/auth/login', `{"email": "${email}", "password": "${given(`broken ${randomUUID()}`)}"`);
      await ask('/auth/login', { email, password: [given(`listed ${randomUUID()}`)] });
      await ask('/auth/refresh', { refresh_token });
      await ask('/auth/refresh', { refresh_token: given(`made.up.${randomUUID()}`) });
      const { key } = await ask('/api-keys', { name: 'Shop', scopes: ['goal:read'] }, token);
      await ask('/goals', undefined, key, 'GET');
      await ask('/goals', undefined, given(`gsk_${randomUUID()}`), 'GET');
      const invited = await ask('/users/invitations', { email: 'g@example.com', role: 'Viewer' }, token);
      const joining = { token: invited.token, name: 'Grace', password: given(`joined ${randomUUID()}`) };
      await ask('/auth/accept-invitation', joining);
      await ask('/auth/password', { current_password: password, new_password: given(`new ${randomUUID()}`) }, token);
      await ask('/goals', { name: 'Logged', goal_type: 'strategic' }, token);
    } finally {
      await api.end('SIGTERM');
      await database.drop();
    }
    const log = api.out + api.err;
    expect(log).toMatch(/"url":"\/api\/v1\/auth\/login"/);
    expect(secrets.size).toBeGreaterThan(12);
    expect([...secrets].filter((one) => log.includes(one) || log.includes(encodeURIComponent(one)))).toEqual([]);
    expect(log).not.toMatch(/\$argon2|eyJ[\w-]+\.eyJ|Bearer /);
  }, 60_000);
});
