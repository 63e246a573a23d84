import { createHmac, randomUUID } from 'node:crypto';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { TestApp, type Answer, type Method, type Tenant } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { World } from './support/world';

const SECRET = 'a secret of at least thirty-two bytes, for tests';

let app: TestApp;
let routes: Route[];
let world: World;
let tenant: Tenant;

beforeAll(async () => {
  app = await TestApp.start({ SECRET_KEY: SECRET });
  routes = await routesOf(app);
  world = await World.of(app, routes);
  tenant = world.tenant;
  await app.nest.listen(0, '127.0.0.1');
});
afterAll(() => app.stop());

const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect(answer).toMatchObject({
    status,
    headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) as string },
    body: { type: `urn:problem:${code}`, code, status, errors: expect.any(Array) as unknown[] },
  });
  expect(Object.keys(answer.body)).toEqual(
    expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance', 'code', 'errors']),
  );
  const id = String(answer.headers['x-request-id']);
  expect([id, `urn:uuid:${id}`]).toContain(answer.body.instance);
};

const owner = (method: Method, path: string, more: Parameters<TestApp['ask']>[2] = {}): Promise<Answer> =>
  app.ask(method, path, { token: tenant.token.Owner, ...more });

/** Bytes as they are over a socket, and all that comes back. */
const overTheWire = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = app.nest.getHttpServer().address() as AddressInfo;
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket
      .on('data', (chunk) => (answer += chunk.toString()))
      .on('end', () => resolve(answer))
      .on('error', reject);
  });

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of our own making; what is given replaces what is right. */
const token = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, secret = SECRET): string => {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    sub: tenant.userId,
    tenant_id: tenant.id,
    role: 'Owner',
    type: 'access',
    jti: randomUUID(),
    iat: now,
    exp: now + 600,
    iss: 'goal-service',
    aud: 'goal-service',
    ...claims,
  };
  const text = `${base64({ alg: 'HS256', typ: 'JWT', ...header })}.${base64(payload)}`;
  const digest = { HS384: 'sha384', HS512: 'sha512' }[String(header.alg)] ?? 'sha256';
  return `${text}.${header.alg === 'none' ? '' : createHmac(digest, secret).update(text).digest('base64url')}`;
};

describe('Getting in', () => {
  it('works with a right token, and with user_id in the place of sub', async () => {
    expect((await app.ask('GET', '/workflows', { token: token() })).status).toBe(200);
    expect(
      (await app.ask('GET', '/workflows', { token: token({ sub: undefined, user_id: tenant.userId }) })).status,
    ).toBe(200);
  });

  it.each<readonly [string, () => string]>([
    ['garbage', () => 'garbage'],
    ['three dots', () => '...'],
    ['an expired one', () => token({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['one without an end', () => token({ exp: undefined })],
    ['one that begins later', () => token({ nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['alg none', () => token({}, { alg: 'none' })],
    ['another algorithm with the right secret', () => token({}, { alg: 'HS512' })],
    ['RS256 signed with the secret', () => token({}, { alg: 'RS256' })],
    ['another secret', () => token({}, {}, 'another secret of thirty-two bytes or more')],
    ['another issuer', () => token({ iss: 'somebody' })],
    ['another audience', () => token({ aud: 'somebody' })],
    ['no issuer', () => token({ iss: undefined })],
    ['a refresh token', () => token({ type: 'refresh' })],
    ['no type', () => token({ type: undefined })],
    ['an unknown role', () => token({ role: 'Root' })],
    ['a role that every object has', () => token({ role: 'constructor' })],
    ['two roles', () => token({ role: ['Owner'] })],
    ['no tenant', () => token({ tenant_id: undefined })],
    ['two tenants in one', () => token({ tenant_id: `${tenant.id},${randomUUID()}` })],
    ['SQL for a tenant', () => token({ tenant_id: `${tenant.id}'; SELECT 1; --` })],
    ['no user', () => token({ sub: undefined })],
    ['a user that is no UUID', () => token({ sub: 'me' })],
    ['a payload that is no object', () => `${base64({ alg: 'HS256' })}.${base64('x')}.x`],
    ['very much', () => 'x'.repeat(10_000)],
  ])('is 401 with %s', async (_what, made) => {
    const answer = await app.ask('GET', '/workflows', { token: made() });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic dTpw', 'bearer', 'Bearer a b', 'Token x'])(
    'is 401 with Authorization: %s',
    async (header) => {
      expectProblem(await app.ask('GET', '/workflows', { headers: { authorization: header } }), 401, 'unauthenticated');
    },
  );

  it('is 401 for a tenant that is not here', async () => {
    const stranger = token({ tenant_id: randomUUID() });
    expectProblem(
      await app.ask('POST', '/workflows', { token: stranger, body: { name: 'Nobody’s' } }),
      401,
      'unauthenticated',
    );
    expectProblem(await app.ask('GET', '/workflows', { token: stranger }), 401, 'unauthenticated');
  });

  it('does not read a token from anywhere but the header', async () => {
    const { Owner } = tenant.token;
    expectProblem(await app.ask('GET', `/workflows?access_token=${Owner}`), 401, 'unauthenticated');
    expectProblem(
      await app.ask('GET', '/workflows', { headers: { cookie: `access_token=${Owner}` } }),
      401,
      'unauthenticated',
    );
    expectProblem(await app.ask('POST', '/workflows', { body: { access_token: Owner } }), 401, 'unauthenticated');
  });

  it('takes tenant and user in upper case for the same', async () => {
    const { body } = await app.ask('POST', '/workflows', {
      token: token({ tenant_id: tenant.id.toUpperCase(), sub: tenant.userId.toUpperCase() }),
      body: { name: 'Upper case' },
    });
    expect((await owner('GET', `/workflows/${String(body.id)}`)).body.created_by).toBe(tenant.userId);
  });
});

describe('An address', () => {
  it.each(['/nowhere', '/workflows/', '/Workflows', '/workflows/x/y/z', '/workflows%2f', '/workflows;x'])(
    'that is no route is 404: %s',
    async (path) => expectProblem(await owner('GET', path), 404, 'route.not-found'),
  );

  it.each([
    '///api/v1/workflows',
    '//API/v1/workflows',
    '//api/v1//workflows',
    '//api//v1/workflows',
    '//',
    '//api',
    '//api/v2/workflows',
  ])('outside is 404: /%s', async (path) => expectProblem(await owner('GET', path), 404, 'route.not-found'));

  it.each([
    '/api/v1/../../health',
    '/api/v1/%2e%2e/%2e%2e/health',
    '/api/v1/./workflows',
    '//health',
    '/health/',
    '/docs/../api/v1/workflows',
    '/health/..%2f..%2fapi/v1/workflows',
    '/health?/../api/v1/workflows',
  ])('is not tidied up on the way to a route: %s', async (path) => {
    const answer = await overTheWire(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(path.startsWith('/health?') ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 40[34] /);
    expect(answer).not.toContain('"items"');
  });

  it('in percent escapes is the same address, behind the same guard', async () => {
    expect((await owner('GET', '/%77orkflows')).status).toBe(200);
    expectProblem(await app.ask('GET', '/%77orkflows'), 401, 'unauthenticated');
  });

  it('with a broken escape is 400, and with a part that is too long 414', async () => {
    expectProblem(await owner('GET', '/workflows/%zz'), 400, 'malformed');
    expectProblem(await owner('GET', '/workflows/%ff'), 400, 'malformed');
    expectProblem(await owner('GET', `/workflows/${'x'.repeat(1001)}`), 414, 'uri.too-long');
    expectProblem(await owner('GET', `/workflows/${'x'.repeat(1000)}`), 404, 'workflow.not-found');
  });

  const fits = (template: string, path: string): boolean =>
    new RegExp(`^${template.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`).test(path);

  it('takes the methods of the document, and is 405 with all of them in Allow for another', async () => {
    const paths = [...new Set(routes.map(({ path }) => path))];
    for (const path of paths) {
      const known = new Set<string>(routes.filter((route) => route.path === path).map(({ method }) => method));
      // A fixed part may stand where another route has a parameter.
      const filled = path.replaceAll(/\{[^}]*\}/g, randomUUID());
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
        if (routes.some((route) => route.method === method && fits(route.path, filled))) continue;
        const answer = await owner(method, `${filled}?x=1`, method === 'GET' ? {} : { body: {} });
        expectProblem(answer, 405, 'method-not-allowed');
        const allowed = new Set(answer.headers.allow?.split(', '));
        for (const one of known) expect(allowed).toContain(one);
        expect(allowed).not.toContain(method);
      }
    }
  });

  it('is 405 without a token, too, and tells nothing more', async () => {
    expectProblem(await app.ask('PUT', '/workflows'), 405, 'method-not-allowed');
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'does not change its method by %s',
    async (header) => {
      const before = (await owner('GET', '/workflows')).body.total;
      const answer = await owner('POST', '/workflows', {
        headers: { [header]: 'DELETE' },
        body: { name: `By ${header}` },
      });
      expect(answer.status).toBe(201);
      expect((await owner('GET', '/workflows', { headers: { [header]: 'POST' } })).body.total).toBe(Number(before) + 1);
    },
  );

  it.each(['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix'])('is not changed by %s', async (header) => {
    expectProblem(await app.ask('GET', '/workflows', { headers: { [header]: '/health' } }), 401, 'unauthenticated');
  });
});

describe('HEAD', () => {
  it('answers as GET does, without a body', async () => {
    const { body } = await owner('POST', '/workflows', { body: { name: 'For its head' } });
    for (const path of [`/workflows/${String(body.id)}`, '/workflows']) {
      const [get, head] = [await owner('GET', path), await owner('HEAD', path)];
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers.etag).toBe(get.headers.etag);
    }
    expect((await app.ask('HEAD', '/workflows')).status).toBe(401);
    expect((await owner('HEAD', '/nowhere')).status).toBe(404);
  });
});

describe('What is accepted and sent', () => {
  it.each([
    'application/json',
    'application/problem+json',
    '*/*',
    'application/*',
    'text/html, */*;q=0.1',
    'APPLICATION/JSON',
  ])('is answered for Accept: %s', async (accept) =>
    expect((await owner('GET', '/workflows', { headers: { accept } })).status).toBe(200),
  );

  it.each(['text/html', 'application/xml', 'image/*', 'application/jsonx', 'application/json;q=0, text/html'])(
    'is 406 for Accept: %s',
    async (accept) => {
      expectProblem(await owner('GET', '/workflows', { headers: { accept } }), 406, 'not-acceptable');
    },
  );

  it.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'garbage',
    'application/vnd.x+json',
  ])('is 415 for Content-Type: %s', async (type) => {
    const answer = await owner('POST', '/workflows', {
      raw: '{"name":"A workflow"}',
      headers: { 'content-type': type },
    });
    expectProblem(answer, 415, 'media-type.unsupported');
  });

  it.each(['gzip', 'br', 'identity, gzip', 'zstd'])('is 415 for Content-Encoding: %s', async (coding) => {
    for (const raw of ['{"name":"A workflow"}', gzipSync('{"name":"A workflow"}')]) {
      const answer = await owner('POST', '/workflows', { raw, headers: { 'content-encoding': coding } });
      expectProblem(answer, 415, 'content-coding.unsupported');
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
  });

  it('is read with Content-Encoding: identity, and may be nothing with any', async () => {
    const [as, body] = [(coding: string) => ({ headers: { 'content-encoding': coding } }), { name: 'Sent as it is' }];
    const made = await owner('POST', '/workflows', { body, ...as('Identity') });
    expect(made.status).toBe(201);
    expect((await owner('GET', `/workflows/${String(made.body.id)}`, as('gzip'))).status).toBe(200);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/merge-patch+json', 'Application/JSON'])(
    'is read with Content-Type: %s',
    async (type) => {
      const raw = JSON.stringify({ name: `Sent as ${Buffer.from(type).toString('hex')}` });
      expect((await owner('POST', '/workflows', { raw, headers: { 'content-type': type } })).status).toBe(201);
    },
  );

  it.each(['application/json', 'text/plain', 'application/xml', 'garbage', ''])(
    'may be nothing where nothing is needed, whatever the Content-Type: %s',
    async (type) => {
      const { body } = await owner('POST', '/workflows', { body: { name: `Empty ${type.replaceAll(/\W/g, ' ')}` } });
      const headers = { 'content-type': type };
      const at = `/workflows/${String(body.id)}`;
      expect(await owner('POST', `${at}/activate`, { headers })).toMatchObject({
        status: 200,
        body: { status: 'active' },
      });
      expect(await owner('POST', `${at}/pause`, { headers, raw: '' })).toMatchObject({
        status: 200,
        body: { status: 'paused' },
      });
      expect((await owner('DELETE', at, { headers: { ...headers, 'if-match': '"3"' } })).status).toBe(204);
      const answer = await owner('POST', '/workflows', { headers });
      expectProblem(answer, 422, 'validation-failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/name' }]);
    },
  );

  it('is 413 above 256 kB, and above 2 MB where batches are taken', async () => {
    const name = (size: number) => `{"name": "${'x'.repeat(size - 12)}"}`;
    expectProblem(await owner('POST', '/workflows', { raw: name(256 * 1024 + 1) }), 413, 'body.too-large');
    expectProblem(await owner('POST', '/workflows', { raw: name(256 * 1024) }), 422, 'validation-failed');
    expectProblem(await owner('POST', '/events', { raw: name(2 * 1024 * 1024 + 1) }), 413, 'body.too-large');
    expectProblem(await owner('POST', '/events', { raw: name(2 * 1024 * 1024) }), 422, 'validation-failed');
  });

  it('may have 1,000 keys, in a batch each item', async () => {
    const keys = (many: number) => Object.fromEntries(Array.from({ length: many }, (_, n) => [`k${n}`, n]));
    const steps = (many: number) => ({
      name: 'With keys',
      steps: [{ type: 'action', action: 'custom', config: keys(many) }],
    });
    expect((await owner('POST', '/workflows', { body: steps(995) })).status).toBe(201);
    expectProblem(await owner('POST', '/workflows', { body: steps(996) }), 422, 'validation-failed');
    const event = (many: number) => ({ event_type: 'other', contact_id: 'c', data: keys(many) });
    expect((await owner('POST', '/events', { body: { events: [event(900), event(900)] } })).status).toBe(200);
    expectProblem(
      await owner('POST', '/events', { body: { events: [event(1), event(1001)] } }),
      422,
      'validation-failed',
    );
  });

  it('is 422 with the pointers of all faulty fields at once', async () => {
    const answer = await owner('POST', '/workflows', {
      body: { name: 7, description: [], goal_logic: 'some', steps: {}, other: 1, 'a/b~c': 1 },
    });
    expectProblem(answer, 422, 'validation-failed');
    const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer).sort();
    expect(pointers).toEqual(['/a~1b~0c', '/description', '/goal_logic', '/name', '/other', '/steps']);
  });
});

describe('X-Request-Id', () => {
  it('is taken when it is well-formed, answered, and named by a problem', async () => {
    for (const id of ['a', 'A.b-c_9', 'x'.repeat(128)]) {
      const answer = await owner('GET', '/nowhere', { headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toBe(id);
      expect(answer.body.instance).toBe(id);
    }
    const id = randomUUID();
    const answer = await owner('GET', '/nowhere', { headers: { 'x-request-id': id } });
    expect(answer.body.instance).toBe(`urn:uuid:${id}`);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'ä', 'a/b', '{}', "'"])('is replaced when it is not: %s', async (id) => {
    const answer = await owner('GET', '/nowhere', { headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.text).not.toContain(`"${id}"`);
  });

  it('is made when there is none, new for each request, and stored with what the request did', async () => {
    const made = [await owner('POST', '/workflows', { body: { name: 'One' } }), await owner('GET', '/workflows')];
    expect(made.every(({ status }) => status < 300 || status === 422)).toBe(true);
    expect(made[0]!.headers['x-request-id']).not.toBe(made[1]!.headers['x-request-id']);
    const id = `request-${randomUUID()}`;
    const { body } = await owner('POST', '/workflows', {
      headers: { 'x-request-id': id },
      body: { name: 'By its request' },
    });
    const audit = await app.rows('SELECT entity_id FROM audit_log WHERE request_id = $1', [id]);
    expect(audit).toEqual([{ entity_id: body.id }]);
    const told = await app.rows<{ message: string }>('SELECT message FROM outbox WHERE message LIKE $1', [`%${id}%`]);
    expect(told.map(({ message }) => JSON.parse(message) as object)).toMatchObject([
      { request_id: id, event_type: 'workflow.created' },
    ]);
  });
});

describe('What is no HTTP', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n', 400],
    ['a header without a colon', 'GET /api/v1/workflows HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400],
    ['no host', 'GET /api/v1/workflows HTTP/1.1\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/v1/workflows HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /api/v1/workflows HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is answered by a problem and closed: %s', async (_what, bytes, status) => {
    const answer = await overTheWire(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (_what === 'no host') return;
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as object;
    expect(body).toMatchObject({ status, errors: [] });
  });

  it('disturbs nobody: the next request is answered', async () => {
    await overTheWire('garbage\r\n\r\n');
    expect(await overTheWire('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 200 /,
    );
  });
});

describe('Every route', () => {
  it('answers a success with the status the document gives, its request id and no sniffing', async () => {
    await eachOf(routes, async (route) => {
      const { path, headers, body } = await world.prepare(route);
      const answer = await owner(route.method, path, { headers, ...(body !== undefined && { body }) });
      expect(route.statuses).toContain(answer.status);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String) as string,
      });
      expect(answer.headers['cache-control']).toMatch(/no-store|no-cache/);
      if (answer.status === 204) expect(answer.text).toBe('');
      else expect(answer.headers['content-type']).toMatch(/^application\/json/);
      // Who registers is in another tenant than who looks.
      if (answer.status !== 201 || route.path === '/auth/register') return;
      const made = await owner('GET', `/${String(answer.headers.location)}`);
      // A dependency is known by the two tasks that it joins.
      const { id, task_id, depends_on_id } = answer.body;
      expect(made).toMatchObject({ status: 200, body: depends_on_id ? { task_id, depends_on_id } : { id } });
    });
  });
});
