import { TestApp, type Answer, type Ask } from '../support/app';
import { eachOf, exampleOf, routesOf, type Route, type Schema } from './support/routes';
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

const ask = (route: Route, { path, headers }: Prepared, sent: Ask): Promise<Answer> =>
  app.ask(route.method, path, { token: world.tenant.token.Owner, ...sent, headers: { ...headers, ...sent.headers } });

/** The shape of every error answer (API, *Errors*). */
const expectProblem = (answer: Answer, statuses: readonly number[], what: string): void => {
  const { status, headers, body, text } = answer;
  expect({ what, status, text: statuses.includes(status) ? '' : text }).toEqual({
    what,
    status: statuses.includes(status) ? status : statuses.join(' or '),
    text: '',
  });
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    status,
    type: `urn:problem:${String(body.code)}`,
    title: expect.any(String) as string,
  });
  expect(text).not.toMatch(/select |insert |relation\b|syntax|node_modules|at [A-Z]\w+\./i);
};

const WRONG: Readonly<Record<string, unknown>> = {
  string: 'a text',
  integer: 7.5,
  number: 12,
  boolean: true,
  array: [1],
  object: { unexpected: 1 },
};

const fits = (type: string, { type: wanted }: Schema): boolean =>
  wanted === type || (wanted === 'number' && type === 'integer') || (wanted === 'integer' && type === 'number');

const HUGE = ['1e400', '-1e400', '123456789012345678901234567890', '9007199254740993', '1e-400'];

const withRaw = (body: object, name: string, raw: string): string =>
  JSON.stringify({ ...body, [name]: '@raw@' }).replace('"@raw@"', raw);

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

interface Bad {
  readonly what: string;
  readonly sent: Ask;
  readonly statuses: readonly number[];
  /** A pointer that must be among the faults. */
  readonly pointer?: string;
}

const bad = (what: string, raw: string | Buffer, statuses: readonly number[] = [422], pointer?: string): Bad => ({
  what,
  sent: { raw, headers: { 'content-type': 'application/json' } },
  statuses,
  ...(pointer !== undefined && { pointer }),
});

/** What no route takes, whatever its body is. */
const unreadable = (body: object): Bad[] => [
  bad('no JSON', '{', [400]),
  bad('a comma too many', '{"a": 1,}', [400]),
  bad('nothing but blanks', '  ', [400]),
  bad('not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), [400]),
  bad('nested too deeply', withRaw(body, 'deep', nested(40))),
  bad('nested very deeply', withRaw(body, 'deep', nested(50_000))),
  bad(
    'too many keys',
    JSON.stringify({ ...body, ...Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`k${n}`, 1])) }),
  ),
  bad('the key __proto__', `{"__proto__": {"role": "Owner"}, ${JSON.stringify({ ...body, x: 1 }).slice(1)}`),
  bad('the key constructor', JSON.stringify({ ...body, constructor: { prototype: {} } })),
  bad('a key twice', `{"twice": 1, "twice": 2, ${JSON.stringify({ ...body, x: 1 }).slice(1)}`),
  bad('a NUL in a key', withRaw(body, 'x', '{"a\\u0000": 1}')),
];

/** The same for a route whose body is known by its properties. */
const wrongBodies = (schema: Schema, body: object): Bad[] => {
  const properties = Object.entries(schema.properties ?? {});
  return [
    ...['[]', '"text"', '7', 'true', 'null'].map((raw) => bad(`the body ${raw}`, raw)),
    ...properties.flatMap(([name, property]) => wrongValues(name, property, body)),
    ...(schema.required ?? []).map((name) => {
      return bad(`no ${name}`, JSON.stringify({ ...body, [name]: undefined }), [422], `/${name}`);
    }),
  ];
};

const wrongValues = (name: string, property: Schema, body: object): Bad[] => {
  const put = (what: string, raw: string) => bad(`${name}: ${what}`, withRaw(body, name, raw), [422], `/${name}`);
  if (property.type === undefined && !property.enum) return [];
  return [
    ...Object.entries(WRONG)
      .filter(([type]) => !fits(type, property))
      .map(([type, value]) => put(`the ${type} ${JSON.stringify(value)}`, JSON.stringify(value))),
    ...(property.nullable ? [] : [put('null', 'null')]),
    ...(property.enum ? [put('a value that is not listed', '"nope"')] : []),
    ...(property.type === 'string'
      ? [put('a NUL', '"a\\u0000b"'), put('half a surrogate pair', '"a\\ud800b"'), put('the other half', '"\\udc00"')]
      : []),
    ...(property.format === 'date-time'
      ? ['"yesterday"', '"infinity"', '"2026-01-01T24:00:00Z"', '"2026-01-01T00:00:00"'].map((raw) => put(raw, raw))
      : []),
    ...(property.format === 'uuid' ? [put('no UUID', '"x"')] : []),
    ...(/integer|number/.test(property.type ?? '') ? HUGE.map((raw) => put(raw, raw)) : []),
  ];
};

const withBody = () => routes.filter(({ body }) => body);

/** An event may hold what its schema does not list, and `null` for what it does not give. */
const isOpen = (route: Route): boolean => /\/(events|explain)$/.test(route.path);

describe('Every route with a body', () => {
  it('answers malformed and wrong bodies with 4xx, names the field, stores nothing, and goes on', async () => {
    await eachOf(withBody(), async (route) => {
      const prepared = await world.prepare(route);
      const body = (await world.bodyOf(route)) as object;
      const cases = [
        ...unreadable(body),
        ...wrongBodies(route.body!, body).filter(({ what }) => !(isOpen(route) && what.endsWith(': null'))),
        ...(isOpen(route)
          ? []
          : [bad('an unknown field', JSON.stringify({ ...body, no_such_field: 1 }), [422], '/no_such_field')]),
      ];
      const before = await storedRows(app);
      for (const { what, sent, statuses, pointer } of cases) {
        const answer = await ask(route, prepared, sent);
        expectProblem(answer, statuses, what);
        const pointers = (answer.body.errors as { pointer: string }[]).map((one) => one.pointer);
        if (pointer !== undefined)
          expect({ what, named: pointers.some((one) => one.startsWith(pointer)), pointers }).toMatchObject({
            what,
            named: true,
          });
      }
      expect(await storedRows(app)).toEqual(before);
      const answer = await ask(route, prepared, { body });
      expect({ status: answer.status, text: answer.status < 300 ? '' : answer.text }).toMatchObject({ text: '' });
    });
  });

  it('names all faulty fields at once', async () => {
    await eachOf(withBody(), async (route) => {
      const properties = Object.entries(route.body!.properties ?? {}).filter(
        ([, { type, enum: values, readOnly }]) => !readOnly && (type ?? values),
      );
      if (properties.length < 2 || isOpen(route)) return;
      const prepared = await world.prepare(route);
      const wrong = Object.fromEntries(
        properties.map(([name, { type }]) => [name, type === 'object' ? 'no object' : { no: 'object' }]),
      );
      const answer = await ask(route, prepared, { body: { ...wrong, no_such_field: 1 } });
      expectProblem(answer, [422], 'all wrong');
      const pointers = new Set(
        (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer.split('/')[1]),
      );
      expect([...pointers].sort()).toEqual([...properties.map(([name]) => name), 'no_such_field'].sort());
    });
  });

  it('takes what it shows as an example', async () => {
    await eachOf(withBody(), async (route) => {
      const prepared = await world.prepare(route);
      expect(exampleOf(route.body!)).toBeDefined();
      const answer = await ask(route, prepared, { body: prepared.body });
      expect({ status: answer.status, text: answer.status < 300 ? '' : answer.text }).toMatchObject({ text: '' });
      expect(route.statuses).toContain(answer.status);
    });
  });

  it('is not disturbed by bad neighbours at the same time', async () => {
    const route = routes.find(({ name }) => name === 'POST /workflows')!;
    const prepared = await world.prepare(route);
    const asked = Array.from({ length: 40 }, async (_, n) =>
      n % 2 === 0
        ? ask(route, prepared, { body: await world.bodyOf(route) })
        : ask(route, prepared, { raw: ['{', '[]', '{"name": 7}', nested(5000)][n % 4]! }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }, n) =>
      n % 2 === 0 ? status === 201 : status >= 400 && status < 500,
    );
    expect(statuses).not.toContain(false);
  });
});

const WRONG_QUERY: Readonly<Record<string, readonly string[]>> = {
  integer: ['x', '-1', '1.5', '', '99999999999999999999', '1e2', '%00', '0x10'],
  boolean: ['maybe', '1', '', 'TRUE'],
};

const queriesFor = (name: string, schema: Schema): string[] => {
  const one = schema.items ?? schema;
  const wrong = [
    ...(WRONG_QUERY[one.type ?? ''] ?? []),
    ...(one.enum ? ['nope', '', '%00'] : []),
    ...(one.format === 'uuid' ? ['x', '%00', "'; SELECT 1"] : []),
    ...(one.format === 'date-time' ? ['yesterday', 'infinity', '2026-01-01'] : []),
    ...(one.type === 'string' ? ['%00'] : []),
  ].map((value) => `${name}=${value}`);
  const repeated = schema.type === 'array' ? [] : [`${name}=1&${name}=2`];
  return [...wrong, ...repeated];
};

describe('Every list', () => {
  it('answers wrong, unknown and repeated parameters with 422 and names each', async () => {
    const lists = routes.filter(({ method, query }) => method === 'GET' && query.some(({ name }) => name === 'limit'));
    await eachOf(lists, async (route) => {
      const { path } = await world.prepare(route);
      const queries = [
        ...route.query.flatMap(({ name, schema }) => queriesFor(name, schema ?? {})),
        ...[
          'nope=1',
          '__proto__=1',
          'toString=1',
          'constructor=1',
          'limit=0',
          'limit=201',
          'sort=',
          'sort=nope',
          'sort=id;',
          'sort=toString',
        ],
        ...['cursor=x', 'cursor=', 'cursor=x&offset=0', 'offset=10000001'],
      ];
      const before = await storedRows(app);
      for (const query of queries) {
        const answer = await app.ask('GET', `${path}?${query}`, { token: world.tenant.token.Owner });
        expectProblem(answer, [422], query);
        const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
        expect(pointers.map((pointer) => pointer.slice(1))).toContain(query.split(/[=&]/)[0]);
      }
      expect(await storedRows(app)).toEqual(before);
    });
  });
});

describe('Every path', () => {
  it('answers 404 for an id that is no UUID and takes one in upper case', async () => {
    const named = routes.filter(({ pathParameters }) => pathParameters.some(({ name }) => /^(id|goal_id)$/.test(name)));
    await eachOf(named, async (route) => {
      const prepared = await world.prepare(route);
      const sent: Ask = prepared.body === undefined ? {} : { body: prepared.body };
      const id = Object.entries(prepared.values).find(([name]) => /^(id|goal_id)$/.test(name))![1];
      for (const wrong of [
        'x',
        `${id}0`,
        id.slice(1),
        id.replaceAll('-', ''),
        `{${id}}`,
        '%00',
        '..%2f..',
        '1%20OR%201=1',
        'ä'.repeat(100),
      ]) {
        const path = prepared.path.replace(id, encodeURI(wrong).replaceAll('%25', '%'));
        expectProblem(await ask(route, { ...prepared, path }, sent), [404], `the id ${wrong}`);
      }
      const answer = await ask(route, { ...prepared, path: prepared.path.replace(id, id.toUpperCase()) }, sent);
      expect(answer.status).toBeLessThan(300);
      expect(answer.text).not.toContain(id.toUpperCase());
    });
  });
});
