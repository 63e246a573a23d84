import { TestApp, type Answer, type Method } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { storedRows, World, type Prepared } from './support/world';

let app: TestApp;
let routes: Route[];
let world: World;

beforeAll(async () => {
  app = await TestApp.start();
  routes = await routesOf(app);
  world = await World.of(app, routes);
});
afterAll(() => app.stop());

const ask = (route: Route, { path, body }: Prepared, ifMatch?: string): Promise<Answer> =>
  app.ask(route.method, path, {
    token: world.tenant.token.Owner,
    ...(body !== undefined && { body }),
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  });

const versionOf = (prepared: Prepared): number => Number(prepared.headers['if-match']?.replaceAll('"', ''));

const forEvery = (fits: (route: Route) => boolean, check: (route: Route) => Promise<void>) =>
  eachOf(routes.filter(fits), check);

/** A body that changes something, each time to something else. */
let changes = 0;
const changing = async (route: Route): Promise<unknown> => {
  const body = (await world.bodyOf(route)) as object | undefined;
  const number = Object.entries(route.body?.properties ?? {}).find(
    ([name, { type }]) => type === 'integer' && name !== 'position',
  );
  changes += 1;
  return number ? { ...body, [number[0]]: changes } : body;
};

const isGuarded = (route: Route) => route.ifMatch === 'required';
const checksVersion = (route: Route) => route.ifMatch !== 'none' && !route.path.endsWith('/restore');

describe('Every PATCH and DELETE of what is versioned', () => {
  it('is 428 without If-Match, naming the header and the present ETag, and changes nothing', async () => {
    await forEvery(isGuarded, async (route) => {
      const prepared = await world.prepare(route);
      const before = await storedRows(app);
      const { status, body } = await ask(route, prepared);
      const version = versionOf(prepared);
      expect({ status, ...body }).toMatchObject({
        status: 428,
        code: 'precondition-required',
        current_version: version,
        detail: expect.stringMatching(new RegExp(`If-Match.*"${version}"`)) as string,
      });
      expect(await storedRows(app)).toEqual(before);
    });
  });

  it('lets one of two writers with the same version through', async () => {
    await forEvery(isGuarded, async (route) => {
      const prepared = await world.prepare(route);
      const tag = prepared.headers['if-match'];
      const both = await Promise.all([
        ask(route, { ...prepared, body: await changing(route) }, tag),
        ask(route, { ...prepared, body: await changing(route) }, tag),
      ]);
      const [winner, loser] = both.map(({ status }) => status).sort();
      expect(winner).toBeLessThan(300);
      // The second to delete may find nothing any more.
      expect(route.method === 'DELETE' ? [404, 412] : [412]).toContain(loser);
    });
  });
});

describe('Every route that takes If-Match', () => {
  it('is 412 with the present version when it is stale, ahead or weak, and changes nothing', async () => {
    await forEvery(checksVersion, async (route) => {
      const prepared = await world.prepare(route);
      const version = versionOf(prepared);
      const before = await storedRows(app);
      for (const wrong of [`"${version - 1}"`, `"${version + 1}"`, `W/"${version}"`]) {
        const { status, body } = await ask(route, prepared, wrong);
        expect({ status, ...body }).toMatchObject({ status: 412, code: 'version-mismatch', current_version: version });
      }
      expect(await storedRows(app)).toEqual(before);
    });
  });

  it('is 400 when it is `*`, no ETag of ours, or a list of them', async () => {
    await forEvery(checksVersion, async (route) => {
      const prepared = await world.prepare(route);
      for (const wrong of ['*', 'abc', '1', '"1", "2"', '""', '"-1"', '"1e3"'])
        expect(await ask(route, prepared, wrong)).toMatchObject({ status: 400, body: { code: 'if-match.malformed' } });
    });
  });

  it('is taken with the present version, and raises it by one or leaves it', async () => {
    await forEvery(checksVersion, async (route) => {
      const prepared = await world.prepare(route);
      const { status, body, headers } = await ask(route, prepared, prepared.headers['if-match']);
      expect({ route: route.name, status, body }).toMatchObject({ status: route.method === 'DELETE' ? 204 : 200 });
      if (status === 204) return;
      expect(headers.etag).toBe(`"${String(body.version)}"`);
      expect([versionOf(prepared), versionOf(prepared) + 1]).toContain(body.version);
    });
  });
});

describe('If-None-Match', () => {
  const readsOne = (route: Route) => route.method === 'GET' && route.statuses.includes(404);

  it('is 304 without a body for the present ETag, and 200 for another', async () => {
    let seen = 0;
    for (const route of routes.filter(readsOne)) {
      const { path } = await world.prepare(route);
      const read = (tag: string, method: Method = 'GET') =>
        app.ask(method, path, { token: world.tenant.token.Viewer, headers: { 'if-none-match': tag } });
      const { etag, 'cache-control': kept } = (await read('"0"')).headers;
      // What carries figures that change without a new version is always answered whole.
      if (etag === undefined || kept === 'no-store') continue;
      seen += 1;
      for (const method of ['GET', 'HEAD'] as const) {
        for (const tag of [etag, `W/${etag}`, `"0", ${etag}`, '*']) {
          const { status, text, headers } = await read(tag, method);
          const told = { etag: headers.etag, kept: headers['cache-control'] };
          expect({ method, status, text, ...told }).toEqual({ method, status: 304, text: '', etag, kept });
        }
        expect((await read('"0"', method)).status).toBe(200);
      }
    }
    expect(seen).toBeGreaterThan(0);
  });

  it.each(['goals', 'tasks'])('is 200 for %s, whose figures change without a new version', async (things) => {
    const route = routes.find(({ name }) => name === `GET /${things}/{id}`)!;
    const { path } = await world.prepare(route);
    const headers = { 'if-none-match': '"1"' };
    const answer = await app.ask('GET', path, { token: world.tenant.token.Viewer, headers });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"', 'cache-control': 'no-store' } });
  });

  it('says 404 of what is not there, whatever it names', async () => {
    const unknown = '/workflows/00000000-0000-7000-8000-000000000000';
    const headers = { 'if-none-match': '*' };
    expect((await app.ask('GET', unknown, { token: world.tenant.token.Viewer, headers })).status).toBe(404);
  });
});
