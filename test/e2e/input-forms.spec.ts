import { randomUUID } from 'node:crypto';
import { TestApp, type Answer, type Method, type Tenant } from '../support/app';

let app: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  app = await TestApp.start();
  tenant = await app.tenant();
});
afterAll(() => app.stop());

const ask = (method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  app.ask(method, path, { token: tenant.token.Owner, headers, ...(body !== undefined && { body }) });

/** The body as it is written: what JavaScript would write otherwise. */
const raw = (method: Method, path: string, text: string): Promise<Answer> =>
  app.ask(method, path, { token: tenant.token.Owner, raw: text, headers: { 'content-type': 'application/json' } });

const faults = ({ body }: Answer) =>
  (body.errors as { pointer: string; code: string; detail: string }[]).map(
    ({ pointer, code, detail }) => `${pointer} ${code}: ${detail}`,
  );

const goal = (more: object = {}) => ask('POST', '/goals', { name: 'a', goal_type: 'tactical', ...more });

describe('A number', () => {
  it('is read however JSON writes it, where a double has all of its digits', async () => {
    const { id } = (await goal()).body as { id: string };
    const report = await raw('POST', `/goals/${id}/progress`, '{"percentage":5e1}');
    expect([report.status, report.body.percentage]).toEqual([201, 50]);
    const task = await raw('POST', '/tasks', '{"title":"a","estimated_hours":0.30000000000000004}');
    expect([task.status, task.body.estimated_hours]).toEqual([201, 0.30000000000000004]);
  });

  it('that is too fine is refused for that', async () => {
    const { id } = (await goal()).body as { id: string };
    const fine = ['33.333333333333336', '99.99999999999999999999', '1e-9'];
    for (const digits of fine)
      expect(faults(await raw('POST', `/goals/${id}/progress`, `{"percentage":${digits}}`))).toEqual([
        '/percentage is-number: percentage must be a number from 0 to 100 with at most 4 decimals',
      ]);
  });

  it('in what is the caller’s own comes back as the number it was, or by its digits where no double has them', async () => {
    const metadata = '{"pi":3.141592653589793,"us":1764474132000000,"rate":1e-7}';
    const kept = await raw('POST', '/goals', `{"name":"a","goal_type":"tactical","metadata":${metadata}}`);
    expect(kept.body.metadata).toEqual(JSON.parse(metadata));
    const longer = '{"name":"a","goal_type":"tactical","metadata":{"id":9007199254740993}}';
    expect((await raw('POST', '/goals', longer)).body.metadata).toEqual({ id: '9007199254740993' });
  });

  it('is no object', async () => {
    const steps = '{"name":"numbers","steps":[{"type":"action","action":"custom","config":1e3}]}';
    expect(faults(await raw('POST', '/workflows', steps))).toEqual([expect.stringMatching(/^\/steps\/0\/config /)]);
    expect(faults(await raw('POST', '/workflows', '12345678901234567890'))).toEqual([
      ' type: The body must be a JSON object.',
    ]);
  });
});

describe('A fault', () => {
  it('is of the type before it is of the size, and of what is missing before either', async () => {
    const { id } = (await goal()).body as { id: string };
    const whole = 'must be a whole number from';
    expect(faults(await ask('POST', `/goals/${id}/progress`, {}))).toEqual([
      '/percentage required: percentage must be given.',
    ]);
    expect(faults(await goal({ weight: null, tags: 'x', description: 5 }))).toEqual([
      '/description is-string: description must be a string',
      '/weight is-number: weight must be a number from 0 to 1000 with at most 3 decimals',
      '/tags is-array: tags must be an array',
    ]);
    expect(faults(await ask('POST', '/pending-actions/claim', { limit: '5' }))).toEqual([
      `/limit is-number: limit ${whole} 1 to 200`,
      '/lease_seconds required: lease_seconds must be given.',
    ]);
    expect(faults(await ask('POST', '/api-keys', { name: 'a' }))).toEqual(['/scopes required: scopes must be given.']);
  });

  it('of what stands around a thing is named with those of its fields', async () => {
    const nobody = randomUUID();
    const wrong = { name: ' ', start_date: '2026-02-01', target_date: '2026-01-01', parent_goal_id: nobody };
    const ofGoal = ['/parent_goal_id', '/name', '/target_date'];
    const pointers = (answer: Answer) => (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers(await goal(wrong))).toEqual(ofGoal);
    const made = await goal();
    const { etag = '' } = made.headers;
    expect(pointers(await ask('PATCH', `/goals/${String(made.body.id)}`, wrong, { 'if-match': etag }))).toEqual(ofGoal);
    const task = { title: ' ', tags: [''], goal_id: nobody, assigned_to: nobody };
    expect(pointers(await ask('POST', '/tasks', task))).toEqual(['/goal_id', '/assigned_to', '/title', '/tags/0']);
    const old = await ask('POST', '/tasks', { title: 'a' });
    const match = { 'if-match': old.headers.etag ?? '' };
    const move = { title: ' ', parent_task_id: nobody };
    expect(pointers(await ask('PATCH', `/tasks/${String(old.body.id)}`, move, match))).toEqual([
      '/parent_task_id',
      '/title',
    ]);
  });
});

describe('What nobody asked for', () => {
  it.each(['toString', 'hasOwnProperty', '__defineGetter__'])(
    'is refused as a key, also when it is %s',
    async (name) => {
      for (const path of ['/goals', '/tasks', '/workflows'])
        expect(faults(await ask('POST', path, { name: 'abc', goal_type: 'tactical', [name]: 1 }))).toContain(
          `/${name} unknown: property ${name} should not exist`,
        );
    },
  );

  it('is refused behind the question mark of a route that takes nothing there, and nothing is done', async () => {
    const { headers, body } = await ask('POST', '/tasks', { title: 'a' });
    const path = `/tasks/${String(body.id)}`;
    const asked: [Method, string, unknown?][] = [
      ['DELETE', `${path}?on_children=leave`],
      ['GET', `${path}?x=1`],
      ['POST', '/tasks?dry_run=true', { title: 'never-made' }],
    ];
    for (const [method, url, sent] of asked) {
      const answer = await ask(method, url, sent, method === 'DELETE' ? { 'if-match': headers.etag ?? '' } : {});
      expect([answer.status, faults(answer)[0]]).toEqual([422, expect.stringMatching(/^\?\w+ unknown/)]);
    }
    expect((await ask('GET', path)).status).toBe(200);
    expect((await ask('GET', '/tasks?q=never-made')).body.total).toBe(0);
  });
});

describe('A text', () => {
  it('says something where it is a reason', async () => {
    const { id } = (await goal()).body as { id: string };
    for (const reason of [' ', '\n', '\u200b'])
      expect(faults(await ask('POST', `/goals/${id}/transitions`, { to: 'on_hold', reason }))).toEqual([
        '/reason matches: reason must say something, or be left out',
      ]);
  });

  it('is the same in every spelling: as an alias, and as what a list is asked for', async () => {
    const owner = randomUUID();
    const aliases = { title: ' e\u0301 ', name: '\u00e9', owner_id: owner.toUpperCase(), user_id: owner };
    expect((await goal({ ...aliases, tags: ['\u00e9'] })).status).toBe(201);
    const found = await ask('GET', `/goals?tag=${encodeURIComponent(' e\u0301')}&q=${encodeURIComponent('e\u0301')}`);
    expect(found.body.total).toBe(1);
  });

  it('of 255 characters can be the cursor of a list, whatever they are', async () => {
    for (const letter of ['🎯', '🎲']) await goal({ name: letter.repeat(255) });
    const first = await ask('GET', '/goals?sort=-name&limit=1');
    const cursor = encodeURIComponent(String(first.body.next_cursor));
    expect((await ask('GET', `/goals?sort=-name&limit=1&cursor=${cursor}`)).status).toBe(200);
  });

  it('with heaps of marks on a letter is refused for its length', async () => {
    const heap = `a${'\u0315'.repeat(60_000)}${'\u0300'.repeat(60_000)}`;
    expect(faults(await goal({ tags: [heap] }))).toEqual([expect.stringMatching(/^\/tags\/0 /)]);
    const workflow = await ask('POST', '/workflows', { name: 'marks' });
    const pattern = { goal_type: 'tag_added', criteria: { tag_pattern: heap } };
    expect(faults(await ask('POST', `/workflows/${String(workflow.body.id)}/goals`, pattern))).toEqual([
      expect.stringMatching(/^\/criteria\/tag_pattern /),
    ]);
    const event = { event_type: 'contact.tag.added', contact_id: 'c', data: { tag_name: heap } };
    expect(faults(await ask('POST', '/events', event))).toEqual([
      '/data/tag_name malformed: A text of up to 1,000 characters.',
    ]);
  });
});

describe('A time', () => {
  it('of the first century stays in it, in answers, orders and charts', async () => {
    for (const start_date of ['0005-01-01', '1990-01-01', '2020-01-01']) await goal({ start_date, category: 'old' });
    const years: string[] = [];
    let cursor = '';
    do {
      const page = await ask('GET', `/goals?category=old&sort=start_date&limit=1${cursor}`);
      const [item] = page.body.items as { start_date: string }[];
      years.push(item!.start_date.slice(0, 4));
      const next = page.body.next_cursor as string | null;
      cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    } while (cursor !== '');
    expect(years).toEqual(['0005', '1990', '2020']);
    const { id } = (await goal()).body as { id: string };
    const series = await ask('GET', `/goals/${id}/progress?bucket=month&to=0002-01-01T00:00:00Z`);
    expect(series.status).toBe(200);
  });
});
