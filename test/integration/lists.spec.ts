import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { Actor } from '#domain/shared/actor';
import { ok } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { listing, type Page } from '#application/shared/listing';
import { view } from '#application/shared/view';
import { readPageRequest } from '#adapters/shared/http/page-request';
import { Database } from '#adapters/shared/persistence/database';
import { MOST_COUNTED, readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';
import { TestApp, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

let app: TestApp;
let tenant: Tenant;
let door: Door;
let db: Database;

beforeAll(async () => {
  app = await TestApp.start();
  tenant = await app.tenant();
  door = doorOf(app);
  db = app.nest.get(Database);
});
afterAll(() => app.stop());

/** A list over workflows that can be sorted by every kind of column, nullable ones among them. */
const itemView = view('TestItem', {
  id: 'uuid',
  name: 'text',
  description: { orNull: 'text' },
  version: 'integer',
  created_at: 'time',
  first_activated_at: { orNull: 'time' },
});
const SORTABLE = ['created_at', 'name', 'description', 'version', 'first_activated_at'] as const;
const list = listing({ item: itemView, sortable: SORTABLE, filters: { name: { kind: 'text' } } });
type Item = Record<(typeof SORTABLE)[number] | 'id', string | number | null>;

const read = async (query: Record<string, string>, from = 'workflows w'): Promise<Page<Item>> => {
  const work = async () =>
    ok(
      await readPage(
        db,
        list,
        {
          from,
          columns: columnsOf(itemView, 'w'),
          where: ['w.tenant_id = $1'],
          parameters: [tenant.id],
          id: 'w.id',
          sorted: Object.fromEntries(SORTABLE.map((field) => [field, `w.${field}`])),
          filtered: { name: (values) => `w.name = ANY (${values})` },
        },
        readPageRequest(list, query),
      ),
    );
  const result = await door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Viewer'), work));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

const byOffset = async (sort: string, limit: number): Promise<Item[]> => {
  const items: Item[] = [];
  for (;;) {
    const page = await read({ sort, limit: String(limit), offset: String(items.length) });
    items.push(...page.items);
    if (page.next_cursor === null) return items;
    expect(page.items).toHaveLength(limit);
  }
};

const byCursor = async (
  sort: string,
  limit: number,
  between: () => Promise<void> = async () => undefined,
): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read({ sort, limit: String(limit), ...(cursor !== null && { cursor }) });
    if (cursor !== null) expect(page.total).toBeNull();
    items.push(...page.items);
    cursor = page.next_cursor;
    await between();
  } while (cursor !== null);
  return items;
};

type Row = Omit<Item, 'id'> & { readonly id: string };

const insert = async (rows: readonly Row[]): Promise<void> => {
  await app.rows(
    `INSERT INTO workflows (tenant_id, id, name, description, status, goal_logic, steps, version, created_at, first_activated_at,
       updated_at, deleted_at)
     SELECT $1, r.id, r.name, r.description, 'draft', 'any', '[]', r.version, r.created_at, r.first_activated_at, now(), now()
     FROM json_to_recordset($2) AS r (id uuid, name text, description text, version integer, created_at timestamptz,
       first_activated_at timestamptz)`,
    [tenant.id, JSON.stringify(rows)],
  );
};

const clear = async (): Promise<void> => {
  await app.rows('DELETE FROM workflows WHERE tenant_id = $1', [tenant.id]);
};

const time = fc.integer({ min: 0, max: 3 }).map((ms) => new Date(1_800_000_000_000 + ms).toISOString());
const row: fc.Arbitrary<Row> = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom('aaa', 'AAA', 'äää', 'zzz', 'a b', '😀😀😀'),
  description: fc.option(fc.constantFrom('', 'x', 'y')),
  version: fc.integer({ min: 1, max: 3 }),
  created_at: time,
  first_activated_at: fc.option(time),
});
const rowsOf = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 14 });
const sorts = fc
  .subarray([...SORTABLE], { minLength: 1 })
  .chain((fields) => fc.shuffledSubarray(fields, { minLength: fields.length }))
  .chain((fields) => fc.tuple(...fields.map((field) => fc.boolean().map((down) => (down ? `-${field}` : field)))))
  .map((fields) => fields.join(','));

const compare = (one: string | number, other: string | number): number =>
  typeof one === 'number' ? one - Number(other) : Buffer.compare(Buffer.from(one), Buffer.from(String(other)));

/** The order as API says it, in a few lines of its own: nulls last, the id breaks ties in the first field's direction. */
const inOrder = (rows: readonly Item[], sort: string): Item[] => {
  const fields = sort.split(',');
  const tie = fields[0]?.startsWith('-') ? '-id' : 'id';
  return [...rows].sort((a, b) => {
    for (const field of [...fields, tie]) {
      const name = field.replace('-', '') as keyof Item;
      const [one, other] = [a[name], b[name]];
      if (one === other) continue;
      if (one === null || other === null) return one === null ? 1 : -1;
      return compare(one, other) * (field.startsWith('-') ? -1 : 1);
    }
    return 0;
  });
};

describe('A list', () => {
  afterEach(clear);

  it('shows the same sequence by offset and by cursor, in the order asked for, whatever rows, order and page size', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf, sorts, fc.integer({ min: 1, max: 6 }), async (rows, sort, limit) => {
        await clear();
        await insert(rows);
        const expected = inOrder(rows, sort);
        expect(await byCursor(sort, limit)).toEqual(expected);
        expect(await byOffset(sort, limit)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('shows by cursor each row that was there exactly once, whatever comes in between', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf, rowsOf, sorts, fc.integer({ min: 1, max: 4 }), async (rows, later, sort, limit) => {
        await clear();
        await insert(rows);
        const known = new Set(rows.map(({ id }) => id));
        const coming = later.filter(({ id }) => !known.has(id));
        const seen = await byCursor(sort, limit, async () => insert(coming.splice(0, 2)));
        expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
        expect(seen.filter(({ id }) => known.has(String(id)))).toEqual(inOrder(rows, sort));
      }),
      { numRuns: 50 },
    );
  });

  it('counts all on pages by offset, and nothing on pages by cursor', async () => {
    await insert(fc.sample(row, 5).map((one) => ({ ...one, id: randomUUID() })));
    const first = await read({ limit: '2' });
    expect(first).toMatchObject({ total: 5, offset: 0, limit: 2 });
    expect(await read({ limit: '2', cursor: String(first.next_cursor) })).toMatchObject({ total: null, offset: 0 });
    expect(await read({ limit: '200', offset: '4' })).toMatchObject({ total: 5, next_cursor: null });
    expect((await read({ offset: '5' })).items).toEqual([]);
    expect(await read({ name: 'nobody' })).toMatchObject({ total: 0, items: [], next_cursor: null });
  });

  it('counts no further than a million', async () => {
    await insert(fc.sample(row, 1).map((one) => ({ ...one, id: randomUUID() })));
    const times = (n: number) => `workflows w CROSS JOIN generate_series(1, ${String(n)})`;
    const many = async (n: number) => (await read({ limit: '1', sort: 'version' }, times(n))).total;
    expect([await many(MOST_COUNTED), await many(MOST_COUNTED + 1)]).toEqual([MOST_COUNTED, null]);
  });
});

describe('A cursor', () => {
  const list422 = async (query: string) => {
    const { status, body } = await app.ask('GET', `/workflows?${query}`, { token: tenant.token.Viewer });
    return { status, pointers: (body.errors as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer) };
  };
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [now, id] = [new Date().toISOString(), randomUUID()];

  it('of this list and order is taken', async () => {
    expect(await list422(`cursor=${encoded(['Workflow:-created_at', now, id])}`)).toMatchObject({ status: 200 });
    expect(await list422(`sort=name&cursor=${encoded(['Workflow:name', 'x', id])}`)).toMatchObject({ status: 200 });
  });

  it.each<readonly [string, string]>([
    ['of another list', encoded(['WorkflowGoal:-created_at', now, id])],
    ['of another order', encoded(['Workflow:name', 'x', id])],
    ['of the other direction', encoded(['Workflow:created_at', now, id])],
    ['without its order', encoded([now, id])],
    ['with too much', encoded(['Workflow:-created_at', now, id, id])],
    ['with too little', encoded(['Workflow:-created_at', now])],
    ['with a null where none can be', encoded(['Workflow:-created_at', null, id])],
    ['with no time', encoded(['Workflow:-created_at', 'yesterday', id])],
    ['with infinity', encoded(['Workflow:-created_at', 'infinity', id])],
    ['with a time beyond all bounds', encoded(['Workflow:-created_at', '99999-01-01T00:00:00Z', id])],
    ['with a number for a time', encoded(['Workflow:-created_at', 7, id])],
    ['with an object for a time', encoded(['Workflow:-created_at', { toString: 1 }, id])],
    ['with no UUID', encoded(['Workflow:-created_at', now, 'x'])],
    ['with an object for the id', encoded(['Workflow:-created_at', now, { toString: 1, valueOf: 2 }])],
    ['with SQL for the id', encoded(['Workflow:-created_at', now, `${id}'; SELECT 1; --`])],
    ['that is an object', encoded({ length: 3, 0: 'Workflow:-created_at', 1: now, 2: id })],
    ['that is null', encoded(null)],
    ['that is a text', encoded('x')],
    ['that is deeply nested', Buffer.from('['.repeat(5000)).toString('base64url')],
    ['that is no base64', '%F0%9F%98%80'],
    ['that is empty', ''],
  ])('%s is 422', async (_what, cursor) => {
    expect(await list422(`cursor=${cursor}`)).toEqual({ status: 422, pointers: ['?cursor'] });
  });

  it('with a NUL or half a surrogate pair for a text is 422', async () => {
    for (const text of ['a\0', '\ud800'])
      expect(await list422(`sort=name&cursor=${encoded(['Workflow:name', text, id])}`)).toMatchObject({ status: 422 });
  });

  it('with a number that the column cannot hold is 422', () => {
    for (const version of [2 ** 31, -(2 ** 40), 1.5, 1e300, '1'])
      expect(() =>
        readPageRequest(list, { sort: 'version', cursor: encoded(['TestItem:version', version, id]) }),
      ).toThrow('faults');
  });
});

describe('A page far behind', () => {
  const MANY = 100_000;

  beforeAll(async () => {
    const other = await app.tenant();
    for (const [owner, rows] of [
      [tenant, MANY],
      [other, MANY / 5],
    ] as const)
      await app.rows(
        `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
         SELECT $1, gen_random_uuid(), 'Number ' || n, 'draft', 'any', '[]', 1, now() - n * interval '1 ms', now()
         FROM generate_series(1, $2::int) AS n`,
        [owner.id, rows],
      );
    await app.rows('ANALYZE workflows');
  });

  interface Plan {
    readonly 'Node Type': string;
    readonly 'Index Name'?: string;
    readonly 'Index Cond'?: string;
    readonly 'Actual Rows': number;
    readonly Plans?: readonly Plan[];
  }

  /** What the application's own statement for a page does, as its own role, behind row-level security. */
  const plansOf = async (query: string): Promise<Plan[]> => {
    const asked = jest.spyOn(db, 'query');
    const answer = await app.ask('GET', `/workflows?${query}`, { token: tenant.token.Viewer });
    expect(answer).toMatchObject({ status: 200 });
    // The service asks things of its own meanwhile.
    const [sql, parameters] = asked.mock.calls.findLast(([text]) => text.includes('FROM workflows'))!;
    asked.mockRestore();
    const explain = async () =>
      ok(await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters));
    const result = await door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Viewer'), explain));
    if (!result.ok) throw new Error('refused');
    const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
    return flat(result.value[0]!['QUERY PLAN'][0]!.Plan);
  };

  it('by cursor is read from the index at the cursor, under row-level security, and no row before it', async () => {
    const [behind] = await app.rows<{ created_at: Date; id: string }>(
      `SELECT created_at, id FROM workflows WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1`,
      [tenant.id, MANY / 2],
    );
    const cursor = Buffer.from(
      JSON.stringify(['Workflow:-created_at', behind!.created_at.toISOString(), behind!.id]),
    ).toString('base64url');
    const plans = await plansOf(`cursor=${cursor}`);
    const scan = plans.find((plan) => plan['Index Name'] === 'workflows_created');
    expect(scan?.['Index Cond']).toContain('created_at');
    expect(scan?.['Actual Rows']).toBeLessThanOrEqual(51);
    expect(plans.map((plan) => plan['Node Type'])).not.toContain('Sort');
    expect(plans.map((plan) => plan['Node Type'])).not.toContain('Seq Scan');
  });

  it('the first page reads no more than itself', async () => {
    const plans = await plansOf('limit=50&offset=0');
    expect(plans.find((plan) => plan['Index Name'] === 'workflows_created')?.['Actual Rows']).toBe(51);
    expect(plans.map((plan) => plan['Node Type'])).not.toContain('Sort');
  });
});
