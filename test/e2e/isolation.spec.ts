import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { PERMISSIONS_OF, ROLES } from '#domain/shared/permissions';
import { TestApp, type Answer, type Tenant } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { storedRows, World, type Prepared } from './support/world';

let app: TestApp;
let routes: Route[];
let mine: World;
let other: World;

beforeAll(async () => {
  app = await TestApp.start();
  routes = await routesOf(app);
  [mine, other] = [await World.of(app, routes), await World.of(app, routes)];
});
afterAll(() => app.stop());

const ask = (tenant: Tenant, route: Route, { path, headers, body }: Prepared): Promise<Answer> =>
  app.ask(route.method, path, { token: tenant.token.Owner, headers, ...(body !== undefined && { body }) });

const CHANGING = new Set([
  ...['x-request-id', 'date', 'content-length', 'etag', 'location'],
  ...['ratelimit-remaining', 'ratelimit-reset'],
]);

/** An answer without what differs between any two requests: the request's id, and what its path has named. */
const essence = (answer: Answer, { values }: Prepared) => {
  let text = answer.text.replaceAll(/"instance":"[^"]*"/g, '');
  for (const value of Object.values(values)) text = text.replaceAll(value, '<named>');
  if (answer.status < 300) text = text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<own>');
  const headers = Object.entries(answer.headers).filter(([name]) => !CHANGING.has(name));
  return { status: answer.status, headers: Object.fromEntries(headers), text };
};

/** The same request with something unknown in the place of one thing it names. */
const withUnknown = (prepared: Prepared, name: string): Prepared => {
  const value = prepared.values[name]!;
  // Of the same length: it may stand in an answer.
  const unknown = /^[0-9a-f-]{36}$/.test(value) ? randomUUID() : value.replaceAll(/[0-9a-f-]{36}/g, () => randomUUID());
  return {
    ...prepared,
    path: prepared.path.replace(encodeURIComponent(value), encodeURIComponent(unknown)),
    values: { ...prepared.values, [name]: unknown },
  };
};

const named = (route: Route): string[] =>
  route.pathParameters.filter(({ schema }) => schema?.enum === undefined).map(({ name }) => name);

/** Every id that stands in a row of the tenant. */
const idsOf = async (tenant: Tenant): Promise<string[]> => {
  const columns = await app.rows<{ tab: string; col: string }>(
    `SELECT table_name AS tab, column_name AS col FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'uuid' AND table_name NOT IN ('tenants', 'migrations')`,
  );
  const parts = columns.map(({ tab, col }) => `SELECT ${col}::text AS id FROM ${tab} WHERE tenant_id = '${tenant.id}'`);
  const rows = await app.rows<{ id: string | null }>(parts.join(' UNION '));
  return rows.flatMap(({ id }) => id ?? []);
};

let takenOut = 0;

const valuesOf = (statement: unknown, others: readonly unknown[]): object =>
  typeof statement === 'string' ? { values: others[0] } : { values: (statement as { values?: unknown }).values };

/** Takes `tenant_id = $n` out of every statement of the application, as if it had been forgotten. */
const withoutOwnConditions = () => {
  // Every statement passes pg's client, TypeORM's as well.
  const original = Reflect.get(Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const query = jest.spyOn(Client.prototype, 'query').mockImplementation(function (this: Client, ...args: unknown[]) {
    const [statement, ...others] = args as [string | { readonly text: string; readonly name?: string }, ...unknown[]];
    const text = typeof statement === 'string' ? statement : statement.text;
    const open = text.replaceAll(/(?:"?\w+"?\.)?"?tenant_id"? = (\$\d+)(?!\d)/g, '($1::uuid IS NOT NULL)');
    if (open === text || this === app.sql) return original.apply(this, args) as never;
    takenOut += 1;
    // A statement planned once is known by its name, with the text that it had.
    const { name } = typeof statement === 'string' ? {} : statement;
    return original.call(this, {
      text: open,
      ...(name && { name: `${name}_open` }),
      ...valuesOf(statement, others),
    }) as never;
  });
  return { end: () => query.mockRestore() };
};

const rowLevelSecurity = async (word: 'ENABLE' | 'DISABLE'): Promise<void> => {
  const tables = await app.rows<{ name: string }>(
    `SELECT DISTINCT tablename AS name FROM pg_policies WHERE schemaname = 'public'`,
  );
  for (const { name } of tables) await app.rows(`ALTER TABLE ${name} ${word} ROW LEVEL SECURITY`);
};

const nothing = () => ({ begin: async () => undefined, end: async () => undefined });
const modes: readonly (readonly [string, () => { begin(): Promise<void>; end(): Promise<void> }])[] = [
  ['with both walls', nothing],
  [
    'with row-level security switched off, by the conditions of the code',
    () => ({ begin: () => rowLevelSecurity('DISABLE'), end: () => rowLevelSecurity('ENABLE') }),
  ],
  [
    'with the conditions of the code taken out, by row-level security',
    () => {
      let opened: ReturnType<typeof withoutOwnConditions> | undefined;
      return {
        begin: async () => void (opened = withoutOwnConditions()),
        end: async () => opened?.end(),
      };
    },
  ],
];

describe.each(modes)('A tenant, %s,', (_mode, mode) => {
  const wall = mode();

  /** With one wall taken down while strangers ask. */
  const behind = async <T>(work: () => Promise<T>): Promise<T> => {
    await wall.begin();
    try {
      return await work();
    } finally {
      await wall.end();
    }
  };

  it('is answered of what another tenant has exactly as of what nobody has, and changes none of it', async () => {
    const prepared = new Map<Route, Prepared>();
    const naming = routes.filter((route) => named(route).length > 0);
    for (const route of naming) prepared.set(route, await mine.prepare(route));
    const before = await storedRows(app, mine.tenant.id);
    await behind(() =>
      eachOf(naming, async (route) => {
        const foreign = prepared.get(route)!;
        const unknown = named(route).reduce(withUnknown, foreign);
        const answers = [await ask(other.tenant, route, foreign), await ask(other.tenant, route, unknown)];
        expect(essence(answers[0]!, foreign)).toEqual(essence(answers[1]!, unknown));
        // What names a thing of the caller's own world (a contact, a catalog entry) may be made by naming it.
        if (!/^\/(contacts|catalog)\//.test(route.path)) expect(answers[0]!.status).toBe(404);
      }),
    );
    expect(await storedRows(app, mine.tenant.id)).toEqual(before);
  });

  it('reaches nothing of another tenant below something of its own', async () => {
    const deep = routes.filter((route) => named(route).length > 1);
    if (deep.length === 0) return;
    const before = new Map<Route, readonly [Prepared, Prepared]>();
    for (const route of deep) before.set(route, [await mine.prepare(route), await other.prepare(route)]);
    const stored = await storedRows(app, mine.tenant.id);
    await behind(() =>
      eachOf(deep, async (route) => {
        const [foreign, own] = before.get(route)!;
        const last = named(route).at(-1)!;
        const path = own.path.replace(own.values[last]!, foreign.values[last]!);
        const mixed = { ...own, path, values: { ...own.values, [last]: foreign.values[last]! } };
        const unknown = withUnknown(own, last);
        const [answer, ofNobody] = [await ask(other.tenant, route, mixed), await ask(other.tenant, route, unknown)];
        expect(essence(answer, mixed)).toEqual(essence(ofNobody, unknown));
        expect(answer.status).toBe(404);
      }),
    );
    expect(await storedRows(app, mine.tenant.id)).toEqual(stored);
  });

  it('sees no id of another tenant in any list, whatever it filters by and whosever cursor it takes', async () => {
    const lists = routes.filter(({ method, query }) => method === 'GET' && query.some(({ name }) => name === 'cursor'));
    const paths = new Map<Route, readonly [string, string]>();
    for (const route of lists) {
      for (let n = 0; n < 2; n += 1) await Promise.all([mine.prepare(route), other.prepare(route)]);
      paths.set(route, [(await mine.prepare(route)).path, (await other.prepare(route)).path]);
    }
    const first = routes.find(({ name }) => name === 'GET /workflows')!;
    const { body: page } = await app.ask('GET', `${first.path}?limit=1`, { token: mine.tenant.token.Owner });
    // An id of the caller's own world (a linked element's) may be known to both.
    const known = new Set(await idsOf(other.tenant));
    const foreign = (await idsOf(mine.tenant)).filter((id) => !known.has(id));
    expect(foreign.length).toBeGreaterThan(3);
    await behind(() =>
      eachOf(lists, async (route) => {
        const [, path] = paths.get(route)!;
        const filters = route.query
          .filter(({ name }) => !['limit', 'offset', 'cursor', 'sort', 'deleted'].includes(name))
          .flatMap(({ name, schema }) =>
            (schema?.enum ?? schema?.items?.enum ?? ['A workflow 1', foreign[0]]).map((v) => `${name}=${String(v)}`),
          );
        const cursor = route === first ? [`cursor=${String(page.next_cursor)}`] : [];
        for (const query of [
          '',
          'limit=200',
          'offset=1',
          ...(route.query.some(({ name }) => name === 'deleted') ? ['deleted=only'] : []),
          ...filters,
          ...cursor,
        ]) {
          const answer = await app.ask('GET', `${path}?${encodeURI(query)}`, { token: other.tenant.token.Owner });
          expect([200, 422]).toContain(answer.status);
          expect(foreign.filter((id) => answer.text.includes(id))).toEqual([]);
        }
      }),
    );
  });

  it('ends no enrollment of another tenant by an event that names its contact', async () => {
    const before = await storedRows(app, mine.tenant.id);
    const rows = await app.rows<{ external_id: string }>(
      `SELECT external_id FROM contacts WHERE tenant_id = $1 LIMIT 1`,
      [mine.tenant.id],
    );
    const event = {
      event_type: 'payment.completed',
      contact_id: rows[0]?.external_id ?? 'c-42',
      data: { amount: '1' },
    };
    await behind(async () => {
      const answer = await app.ask('POST', '/events', { token: other.tenant.token.Owner, body: event });
      expect(answer).toMatchObject({ status: 200, body: { results: [{ outcome: 'no_match' }] } });
      const named = { ...event, tenant_id: mine.tenant.id };
      expect((await app.ask('POST', '/events', { token: other.tenant.token.Owner, body: named })).status).toBe(422);
    });
    expect(await storedRows(app, mine.tenant.id)).toEqual(before);
  });
});

it('The conditions of the code have really been taken out', () => {
  expect(takenOut).toBeGreaterThan(3 * routes.length);
});

describe('A role', () => {
  it('without the right to delete does not list what is deleted', async () => {
    for (const role of ROLES) {
      const { status } = await app.ask('GET', '/workflows?deleted=only', { token: mine.tenant.token[role] });
      expect({ role, status }).toEqual({ role, status: PERMISSIONS_OF[role].has('workflow:delete') ? 200 : 403 });
    }
  });
});
