import { TestApp } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { World, type Prepared } from './support/world';

/** Those that a success is told to carry, or does. `idempotency-replayed` needs a repetition, which has a suite of its own. */
const TOLD = ['etag', 'location', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];

describe('What openapi.json says of headers', () => {
  let app: TestApp;
  let routes: Route[];
  let world: World;

  beforeAll(async () => {
    app = await TestApp.start();
    routes = await routesOf(app);
    world = await World.of(app, routes);
  });
  afterAll(() => app.stop());

  const ask = ({ method }: Route, { path, headers, body }: Prepared, more: Readonly<Record<string, string>> = {}) =>
    app.ask(method, path, {
      ...{ token: world.tenant.token.Owner, headers: { ...headers, ...more } },
      ...(body !== undefined && { body }),
    });

  it('is what every success is sent with', async () => {
    await eachOf(routes, async (route) => {
      const { status, headers } = await ask(route, await world.prepare(route));
      expect(status).toBeLessThan(300);
      const said = route.headers[status] ?? [];
      expect(TOLD.filter((name) => name in headers)).toEqual(TOLD.filter((name) => said.includes(name)));
    });
  });

  it('is where a 304 can be had, and nowhere else', async () => {
    const tagged = routes.filter(({ method, headers }) => method === 'GET' && headers['200']?.includes('etag'));
    await eachOf(tagged, async (route) => {
      const prepared = await world.prepare(route);
      const { headers } = await ask(route, prepared);
      const again = await ask(route, prepared, { 'if-none-match': String(headers.etag) });
      expect(again.status).toBe(route.statuses.includes(304) ? 304 : 200);
      expect(again.headers.etag).toBe(headers.etag);
    });
    const others = routes.filter((route) => !tagged.includes(route) && route.statuses.includes(304));
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  it('is of every answer that says to try again when', () => {
    for (const { headers } of routes)
      expect([headers['429'], headers['503']]).toEqual([
        expect.arrayContaining(['retry-after', 'ratelimit-reset']),
        ['retry-after'],
      ]);
  });

  it('a PATCH takes its body under either name', async () => {
    const patches = routes.filter(({ method }) => method === 'PATCH');
    await eachOf(patches, async (route) => {
      const { status } = await ask(route, await world.prepare(route), {
        'content-type': 'application/merge-patch+json',
      });
      expect(status).toBe(200);
    });
    const { paths } = (await app.ask<{ paths: Record<string, Record<string, unknown>> }>('GET', '//docs-json')).body;
    const named = Object.values(paths).flatMap(({ patch }) => (patch ? [JSON.stringify(patch)] : []));
    expect(named.every((text) => text.includes('application/merge-patch+json'))).toBe(true);
  });
});
