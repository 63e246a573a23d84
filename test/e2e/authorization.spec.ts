import { createHmac, randomUUID } from 'node:crypto';
import { PERMISSIONS, PERMISSIONS_OF, type Permission, type Role } from '#domain/shared/permissions';
import { TestApp, type Answer } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { storedRows, World, type Prepared } from './support/world';

const SECRET = 'a secret of at least thirty-two bytes, for tests';
const PASSWORD = 'a rather long pass phrase';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (claims: object): string => {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
};

interface Principal {
  readonly name: string;
  readonly token: string | undefined;
  /** `null`: nobody, whatever is asked. */
  readonly permissions: ReadonlySet<Permission> | null;
}

let app: TestApp;
let routes: Route[];
let mine: World;
let other: World;
let principals: Principal[];

const must = async (status: number, answer: Promise<Answer>): Promise<Record<string, unknown>> => {
  const { status: given, body, text } = await answer;
  if (given !== status) throw new Error(`${String(given)} ${text}`);
  return body;
};

const owner = () => mine.tenant.token.Owner;

/** A key of the Owner with some scopes. */
const key = async (name: string, scopes: readonly Permission[]): Promise<{ id: string; key: string }> =>
  (await must(201, app.ask('POST', '/api-keys', { token: owner(), body: { name, scopes } }))) as never;

/** What somebody who has joined gets by logging in. */
const login = async (): Promise<{ access_token: string; refresh_token: string }> => {
  const email = `${randomUUID()}@example.com`;
  const body = { email, role: 'Owner' };
  const { token } = await must(201, app.ask('POST', '/users/invitations', { token: owner(), body }));
  const joining = { token, name: 'Joined', password: PASSWORD };
  await must(201, app.ask('POST', '/auth/accept-invitation', { body: joining }));
  return (await must(200, app.ask('POST', '/auth/login', { body: { email, password: PASSWORD } }))) as never;
};

/** An access token of a session that has ended, and which nobody has seen before. */
const loggedOut = async (): Promise<string> => {
  const first = await login();
  const body = { refresh_token: first.refresh_token };
  const { access_token } = await must(200, app.ask('POST', '/auth/refresh', { body }));
  await must(204, app.ask('POST', '/auth/logout', { token: String(access_token) }));
  return first.access_token;
};

const revokedKey = async (): Promise<string> => {
  const { id, key: text } = await key('revoked', ['goal:read']);
  await must(204, app.ask('DELETE', `/api-keys/${id}`, { token: owner() }));
  return text;
};

const everybody = async (): Promise<Principal[]> => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ sub: mine.tenant.userId, tenant_id: mine.tenant.id, role: 'Owner', type: 'access', jti: randomUUID() },
    ...{ iat: now, exp: now + 3600, iss: 'goal-service', aud: 'goal-service' },
  };
  const nobody = (name: string, token: string | undefined): Principal => ({ name, token, permissions: null });
  const member = (role: Role): Principal => ({
    ...{ name: role, token: mine.tenant.token[role], permissions: PERMISSIONS_OF[role] },
  });
  return [
    nobody('anonymous', undefined),
    nobody('with an expired token', signed({ ...claims, iat: now - 3600, exp: now - 1 })),
    nobody('with a token for another audience', signed({ ...claims, aud: 'another-service' })),
    nobody('with a refresh token', (await login()).refresh_token),
    nobody('who has logged out', await loggedOut()),
    nobody('with a revoked key', await revokedKey()),
    ...(['Viewer', 'Editor', 'Admin', 'Owner'] as const).map(member),
    {
      ...{ name: 'with a key without the scope', token: (await key('events', ['event:publish'])).key },
      permissions: new Set<Permission>(['event:publish']),
    },
    {
      ...{ name: 'with a key of every scope', token: (await key('everything', PERMISSIONS)).key },
      permissions: new Set(PERMISSIONS),
    },
  ];
};

const ask = (token: string | undefined, route: Route, { path, headers, body }: Prepared): Promise<Answer> =>
  app.ask(route.method, path, { headers, ...(token && { token }), ...(body !== undefined && { body }) });

const ids = (route: Route): string[] =>
  route.pathParameters.filter(({ schema }) => schema?.enum === undefined).map(({ name }) => name);

/** The same request about something nobody has. */
const ofNobody = (route: Route, prepared: Prepared): Prepared => {
  let { path } = prepared;
  for (const name of ids(route)) {
    const value = prepared.values[name]!;
    const unknown = value.replaceAll(/[0-9a-f-]{36}/g, () => randomUUID());
    path = path.replace(encodeURIComponent(value), encodeURIComponent(unknown));
  }
  return { ...prepared, path };
};

const isKey = ({ token }: Principal): boolean => token?.startsWith('gsk_') === true;

const mayAsk = (principal: Principal, { permission }: Route): boolean => {
  const { permissions } = principal;
  if (permissions === null || permission === null) return false;
  if (permission === 'person') return !isKey(principal);
  return permission === 'any' || permissions.has(permission);
};

/** What comes of a request about something that is not the caller's: naming a contact or an entry may make it. */
const strange = (principal: Principal, route: Route): number | 'made or missing' => {
  if (!principal.permissions) return 401;
  if (!mayAsk(principal, route)) return 403;
  return /^\/(contacts|catalog)\//.test(route.path) ? 'made or missing' : 404;
};

const own = (principal: Principal, route: Route): number => {
  if (!principal.permissions) return 401;
  if (!mayAsk(principal, route)) return 403;
  // A key has no password.
  if (route.path === '/auth/password' && isKey(principal)) return 404;
  return route.statuses.includes(201) ? 201 : route.statuses.find((status) => status < 300)!;
};

/** What the service logs while every route is asked by everybody, at its most talkative. */
let log = '';

/** Whoever replaces how standard output is written to gets the log too, which otherwise goes to the descriptor itself. */
const listen = (): void => {
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text);
    return true;
  });
};

beforeAll(async () => {
  listen();
  app = await TestApp.start({ LOG_LEVEL: 'trace' });
  routes = (await routesOf(app)).filter(({ permission }) => permission !== null);
  [mine, other] = [await World.of(app, routes), await World.of(app, routes)];
  principals = await everybody();
}, 60_000);
afterAll(async () => {
  jest.restoreAllMocks();
  await app.stop();
});

it('Whoever asks gets exactly what their permissions say, of their own things', async () => {
  for (const principal of principals.filter(({ permissions }) => permissions))
    await eachOf(routes, async (route) => {
      const prepared = await mine.prepare(route);
      const { status, text } = await ask(principal.token, route, prepared);
      if (status !== own(principal, route)) throw new Error(`${principal.name}: ${String(status)} ${text}`);
    });
}, 240_000);

it('Whoever asks is answered of foreign things as of what nobody has, and changes none of them', async () => {
  const naming = routes.filter((route) => ids(route).length > 0);
  const foreign = new Map<Route, Prepared>();
  for (const route of naming) foreign.set(route, await other.prepare(route));
  const before = await storedRows(app, other.tenant.id);
  for (const principal of principals)
    await eachOf(naming, async (route) => {
      const expected = strange(principal, route);
      for (const prepared of [foreign.get(route)!, ofNobody(route, foreign.get(route)!)]) {
        const { status } = await ask(principal.token, route, prepared);
        if (expected === 'made or missing') expect([200, 201, 204, 404]).toContain(status);
        else if (status !== expected) throw new Error(`${principal.name}: ${String(status)} for ${String(expected)}`);
      }
    });
  expect(await storedRows(app, other.tenant.id)).toEqual(before);
}, 240_000);

it('Whoever is refused changes nothing, and is told how to come in', async () => {
  const refused = principals.flatMap((principal) =>
    routes.filter((route) => !mayAsk(principal, route)).map((route) => [principal, route] as const),
  );
  const prepared = new Map<Route, Prepared>();
  for (const route of routes) prepared.set(route, await mine.prepare(route));
  const before = await storedRows(app, mine.tenant.id);
  for (const [{ name, token, permissions }, route] of refused) {
    const { status, headers, body } = await ask(token, route, prepared.get(route)!);
    expect([name, route.name, status, headers['www-authenticate'], body.code]).toEqual(
      permissions
        ? [name, route.name, 403, undefined, 'forbidden']
        : [name, route.name, 401, 'Bearer', 'unauthenticated'],
    );
  }
  expect(await storedRows(app, mine.tenant.id)).toEqual(before);
}, 240_000);

it('No body may say what is not the caller’s to say', async () => {
  const theirs = [
    ...['tenant_id', 'id', 'version', 'role', 'permissions', 'password_hash', 'email_confirmed_at'],
    ...['created_by', 'created_at', 'updated_by', 'updated_at', 'deleted_at', 'is_admin'],
  ];
  await eachOf(
    routes.filter(({ body }) => body?.properties),
    async (route) => {
      const prepared = await mine.prepare(route);
      const named = theirs.filter((name) => !(name in route.body!.properties!));
      for (const name of named) {
        const body = { ...(prepared.body as object), [name]: randomUUID() };
        const answer = await ask(owner(), route, { ...prepared, body });
        expect([name, answer.status, JSON.stringify(answer.body.errors)]).toEqual([
          ...[name, 422],
          expect.stringContaining(`"/${name}"`),
        ]);
      }
    },
  );
}, 120_000);

it('Nothing that lets anybody in stands in the log of all this', () => {
  expect(log.split('\n').filter((line) => line.includes('"url":"/api/v1/')).length).toBeGreaterThan(1000);
  const secrets = [SECRET, PASSWORD, ...principals.flatMap(({ token }) => token ?? [])];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).not.toMatch(/\$argon2|eyJ[\w-]+\.eyJ|gsk_[0-9a-f]{64}|Bearer /);
});
