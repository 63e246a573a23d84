import { DataSource } from 'typeorm';
import { TestApp, type Answer } from '../support/app';
import { codeOf, DAY, MAIL, Story, TAG, type ShownEnrollment } from '../support/story';

interface Results {
  readonly items: readonly {
    readonly index: number;
    readonly status: number;
    readonly enrollment: ShownEnrollment | null;
    readonly error: { readonly code: string; readonly errors: readonly { readonly pointer: string }[] } | null;
  }[];
}

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const NOBODY = '0190a000-0000-7000-8000-00000000dead';

let app: TestApp;
let story: Story;
beforeAll(async () => {
  app = await TestApp.start();
  story = await Story.begin(app);
});
afterAll(() => app.stop());

const enroll = (workflow: string, body: unknown): Promise<Answer> =>
  story.ask('POST', `/workflows/${workflow}/enrollments`, body);

const enrollMany = async (workflow: string, items: readonly unknown[]) =>
  (await story.must(200, story.ask<Results>('POST', `/workflows/${workflow}/enrollments`, { items }))).body.items;

describe('Enrolling (SPEC 4.4)', () => {
  it('answers 201 with the place where the enrollment can be read', async () => {
    const workflow = await story.workflow([MAIL]);
    const made = await story.ask<ShownEnrollment>('POST', `/workflows/${workflow}/enrollments`, {
      contact_id: 'place',
    });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: `/api/v1/enrollments/${made.body.id}`, 'cache-control': 'no-store' },
      body: { workflow_id: workflow, contact_id: 'place', status: 'active', exited_at: null, exit_reason: null },
    });
    const { pending_actions, achievements, timeline, ...shown } = await story.enrollment(made.body.id);
    expect(shown).toEqual(made.body);
    expect(pending_actions).toHaveLength(1);
    expect(achievements).toEqual([]);
    expect(timeline).toMatchObject([{ at: made.body.enrolled_at, event: 'enrolled' }]);
  });

  it('allows one open enrollment per workflow and contact, and another once it has ended', async () => {
    const [workflow, other] = [await story.workflow(), await story.workflow()];
    const first = await story.enroll(workflow, 'once');
    expect(codeOf(await enroll(workflow, { contact_id: 'once' }))).toBe('409 enrollment.already-open');
    await story.enroll(other, 'once');
    await story.must(200, story.ask('POST', `/enrollments/${first.id}/exit`));
    expect((await story.enroll(workflow, 'once')).id).not.toBe(first.id);
  });

  it('plans what waits beyond the year 9999 for its end', async () => {
    const workflow = await story.workflow([{ type: 'wait', until: '9999-12-31T23:59:59Z' }, DAY, MAIL]);
    const { id } = await story.enroll(workflow, 'patient');
    const { pending_actions } = await story.enrollment(id);
    expect(pending_actions.map(({ scheduled_at }) => scheduled_at)).toEqual([
      '9999-12-31T23:59:59.000Z',
      '9999-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59.999Z',
    ]);
  });

  it('needs an active workflow', async () => {
    const workflow = await story.workflow();
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    expect(codeOf(await enroll(workflow, { contact_id: 'c' }))).toBe('409 workflow.not-active');
    expect(codeOf(await enroll(NOBODY, { contact_id: 'c' }))).toBe('404 workflow.not-found');
    expect(await story.ask('GET', '/contacts/never-heard-of')).toMatchObject({ status: 404 });
  });

  it('needs a contact that has not opted out', async () => {
    const workflow = await story.workflow();
    await story.must(200, story.ask('PUT', '/contacts/out', { opted_out: true }));
    expect(codeOf(await enroll(workflow, { contact_id: 'out', attributes: { a: 1 } }))).toBe('409 contact.opted-out');
    expect((await story.ask('GET', '/contacts/out')).body).toMatchObject({ attributes: {}, opted_out: true });
    await story.must(200, story.ask('PUT', '/contacts/out', { opted_out: false }));
    await story.enroll(workflow, 'out');
  });

  it('makes an unknown contact, and merges attributes into those of a known one', async () => {
    const workflow = await story.workflow();
    const { id } = await story.enroll(workflow, 'merge', { attributes: { name: 'Ada', plan: 'free', tags: { a: 1 } } });
    await story.must(200, story.ask('POST', `/enrollments/${id}/exit`));
    await story.enroll(workflow, 'merge', { attributes: { plan: null, tags: { b: 2 } } });
    expect((await story.ask('GET', '/contacts/merge')).body).toMatchObject({
      attributes: { name: 'Ada', tags: { a: 1, b: 2 } },
    });
  });

  it('stores nothing of what it refuses', async () => {
    const workflow = await story.workflow();
    expect(await enroll(workflow, { contact_id: 'ahead', enrolled_at: ago(-1) })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/enrolled_at', code: 'in-the-future' }] },
    });
    expect(await story.ask('GET', '/contacts/ahead')).toMatchObject({ status: 404 });
  });

  it('plans the steps of the workflow: due at enrolled_at plus the waits before them', async () => {
    const workflow = await story.workflow([MAIL, DAY, TAG]);
    const enrolledAt = ago(10);
    const { id } = await story.enroll(workflow, 'plan', { enrolled_at: enrolledAt });
    const dayLater = new Date(Date.parse(enrolledAt) + 24 * HOUR).toISOString();
    expect((await story.enrollment(id)).pending_actions).toMatchObject([
      {
        position: 1,
        action_type: 'send_email',
        config: { template: 't-1' },
        scheduled_at: enrolledAt,
        status: 'pending',
      },
      { position: 2, action_type: 'wait', config: { duration: 'P1D' }, scheduled_at: dayLater },
      { position: 3, action_type: 'add_tag', config: {}, scheduled_at: dayLater },
    ]);
  });

  it('leaves planned actions alone when the workflow changes', async () => {
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'change');
    await story.must(
      200,
      story.ask('PATCH', `/workflows/${workflow}`, { steps: [TAG, TAG] }, 'Owner', { headers: { 'if-match': '"2"' } }),
    );
    expect((await story.enrollment(id)).pending_actions).toMatchObject([{ action_type: 'send_email' }]);
  });

  it('takes the steps an external engine hands in, in their order, instead of its own', async () => {
    const workflow = await story.workflow([MAIL]);
    const [first, second] = [ago(2), ago(-2)];
    const { id } = await story.enroll(workflow, 'engine', {
      pending_actions: [
        { action_type: 'webhook', scheduled_at: first, config: { url: 'https://example.com/x' } },
        { action_type: 'wait', scheduled_at: second },
      ],
    });
    expect((await story.enrollment(id)).pending_actions).toMatchObject([
      { position: 1, action_type: 'webhook', scheduled_at: first, config: { url: 'https://example.com/x' } },
      { position: 2, action_type: 'wait', scheduled_at: second, config: {} },
    ]);
    expect(
      (await story.enrollment((await story.enroll(workflow, 'none', { pending_actions: [] })).id)).pending_actions,
    ).toEqual([]);
  });

  it('shows waiting, and does not store it, while the next unfinished step lies in the future', async () => {
    const workflow = await story.workflow([DAY, MAIL]);
    const { id, status } = await story.enroll(workflow, 'waits');
    expect(status).toBe('waiting');
    expect(await app.rows('SELECT status FROM workflow_enrollments WHERE id = $1', [id])).toEqual([
      { status: 'active' },
    ]);
    await story.letPass(id, '1 day');
    expect(await story.enrollment(id)).toMatchObject({
      status: 'active',
      pending_actions: [{ status: 'completed' }, { status: 'pending' }],
    });
  });

  it('tells of the enrollment, counts it, and audits it without naming the contact', async () => {
    const workflow = await story.workflow();
    const { id } = await story.enroll(workflow, 'told-of', { attributes: { secret: 'sauce' }, enrolled_at: ago(72) });
    const told = (await story.told('workflow.enrolled')).filter(({ details }) => details.enrollment_id === id);
    expect(told).toMatchObject([{ details: { workflow_id: workflow, enrollment_id: id, contact_id: 'told-of' } }]);
    const days = await app.rows('SELECT day::text, enrolled FROM workflow_daily_counters WHERE workflow_id = $1', [
      workflow,
    ]);
    expect(days).toEqual([{ day: ago(72).slice(0, 10), enrolled: '1' }]);
    const audit = JSON.stringify(await app.rows('SELECT * FROM audit_log WHERE tenant_id = $1', [story.tenant.id]));
    expect(audit).toContain(id);
    expect(audit).not.toMatch(/told-of|secret|sauce/);
    expect(JSON.stringify(await story.told('workflow.enrolled'))).not.toMatch(/secret|sauce/);
  });

  it('names every fault of the body at once', async () => {
    const workflow = await story.workflow();
    const answer = await enroll(workflow, {
      contact_id: '',
      attributes: [],
      enrolled_at: '2026-01-01',
      pending_actions: [{ action_type: 'dance', scheduled_at: 'soon', config: 1, more: true }],
      other: 1,
    });
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/attributes',
      '/contact_id',
      '/enrolled_at',
      '/other',
      '/pending_actions/0/action_type',
      '/pending_actions/0/config',
      '/pending_actions/0/more',
      '/pending_actions/0/scheduled_at',
    ]);
  });

  it('takes an id of 200 characters of any script, in bodies and encoded in paths', async () => {
    const workflow = await story.workflow();
    for (const contact of ['a/b c%?#', 'ä/'.repeat(100), '😀'.repeat(200)]) {
      await story.enroll(workflow, contact);
      const path = `/contacts/${encodeURIComponent(contact)}`;
      expect((await story.ask('GET', path)).body).toMatchObject({ contact_id: contact });
    }
  });

  it('replays the answer of a repeated request by its Idempotency-Key, one or many', async () => {
    const workflow = await story.workflow();
    for (const body of [{ contact_id: 'key-1' }, { items: [{ contact_id: 'key-2' }, { contact_id: 'key-2' }] }]) {
      const send = () =>
        story.ask('POST', `/workflows/${workflow}/enrollments`, body, 'Owner', {
          headers: { 'idempotency-key': JSON.stringify(body).length.toString() },
        });
      const [first, second] = [await send(), await send()];
      expect(second.headers['idempotency-replayed']).toBe('true');
      expect({ ...second, headers: null, text: null }).toMatchObject({ status: first.status });
      if (first.status === 201) expect(second.body).toEqual(first.body);
    }
    expect(await story.counter(workflow, 'enrolled')).toBe(2);
  });

  it('keeps out of the workflows and enrollments of others', async () => {
    const stranger = await Story.begin(app);
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'mine');
    expect(codeOf(await stranger.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: 'x' }))).toBe(
      '404 workflow.not-found',
    );
    expect(codeOf(await stranger.ask('GET', `/workflows/${workflow}/enrollments`))).toBe('404 workflow.not-found');
    expect(codeOf(await stranger.ask('GET', `/enrollments/${id}`))).toBe('404 enrollment.not-found');
    expect(codeOf(await stranger.ask('POST', `/enrollments/${id}/exit`))).toBe('404 enrollment.not-found');
    expect(codeOf(await stranger.ask('POST', `/enrollments/${id}/complete`))).toBe('404 enrollment.not-found');
    expect(codeOf(await stranger.ask('GET', '/contacts/mine'))).toBe('404 contact.not-found');
    expect(await stranger.claim()).toEqual([]);
    expect((await story.enrollment(id)).status).toBe('active');
  });

  it('asks for the permission', async () => {
    const workflow = await story.workflow();
    const { id } = await story.enroll(workflow, 'viewed');
    expect(await story.ask('GET', `/enrollments/${id}`, undefined, 'Viewer')).toMatchObject({ status: 200 });
    for (const [method, path, body] of [
      ['POST', `/workflows/${workflow}/enrollments`, { contact_id: 'x' }],
      ['POST', `/enrollments/${id}/exit`, undefined],
      ['POST', `/enrollments/${id}/complete`, undefined],
      ['POST', `/workflows/${workflow}/enrollments/exit`, { contact_ids: ['x'], reason: 'r' }],
      ['POST', '/pending-actions/claim', { lease_seconds: 1 }],
      ['PUT', '/contacts/viewed', {}],
      ['DELETE', '/contacts/viewed', undefined],
    ] as const) {
      expect(await story.ask(method, path, body, 'Viewer')).toMatchObject({ status: 403 });
    }
    expect(await story.ask('DELETE', '/contacts/viewed', undefined, 'Editor')).toMatchObject({ status: 403 });
  });
});

describe('Enrolling many at once', () => {
  it('answers each on its own: one that is refused holds up no other', async () => {
    const workflow = await story.workflow([MAIL]);
    await story.enroll(workflow, 'b-open');
    await story.must(200, story.ask('PUT', '/contacts/b-out', { opted_out: true }));
    const results = await enrollMany(workflow, [
      { contact_id: 'b-new', attributes: { n: 1 } },
      { contact_id: 'b-open' },
      { contact_id: 'b-out' },
      { contact_id: 'b-new' },
      { contact_id: 'b-ahead', enrolled_at: ago(-1) },
      { contact: 'b-wrong' },
      7,
      { contact_id: 'b-last' },
    ]);
    expect(results.map(({ index, status, error }) => [index, status, error?.code])).toEqual([
      [0, 201, undefined],
      [1, 409, 'enrollment.already-open'],
      [2, 409, 'contact.opted-out'],
      [3, 409, 'enrollment.already-open'],
      [4, 422, 'validation-failed'],
      [5, 422, 'validation-failed'],
      [6, 422, 'validation-failed'],
      [7, 201, undefined],
    ]);
    expect(results[5]?.error?.errors.map(({ pointer }) => pointer)).toEqual([
      '/items/5/contact',
      '/items/5/contact_id',
    ]);
    expect(results[4]?.error?.errors).toMatchObject([{ pointer: '/items/4/enrolled_at' }]);
    expect(await story.enrollment(String(results[0]?.enrollment?.id))).toMatchObject({ contact_id: 'b-new' });
    expect(await story.ask('GET', '/contacts/b-ahead')).toMatchObject({ status: 404 });
    expect(await story.counter(workflow, 'enrolled')).toBe(3);
  });

  it('takes 1,000, in as many statements as one', async () => {
    const workflow = await story.workflow([MAIL, DAY]);
    const statements: string[] = [];
    const { createQueryRunner } = app.nest.get(DataSource);
    const counted = jest.spyOn(app.nest.get(DataSource), 'createQueryRunner').mockImplementation(function (
      this: DataSource,
      ...mode
    ) {
      const runner = createQueryRunner.apply(this, mode);
      const { query } = runner;
      runner.query = ((text: string, ...rest: []) => {
        statements.push(text);
        return query.call(runner, text, ...rest) as unknown;
      }) as typeof query;
      return runner;
    });
    const items = Array.from({ length: 1_000 }, (_, n) => ({ contact_id: `many-${String(n)}`, attributes: { n } }));
    const results = await enrollMany(workflow, items);
    counted.mockRestore();
    expect(results.filter(({ status }) => status === 201)).toHaveLength(1_000);
    expect(results.map(({ enrollment }) => enrollment?.contact_id)).toEqual(items.map(({ contact_id }) => contact_id));
    expect(statements.filter((text) => !text.includes('jobs_elapsed_waits')).length).toBeLessThan(20);
    expect(await story.counter(workflow, 'enrolled')).toBe(1_000);
  });

  it('refuses a list that is none, is empty or too long, and anything beside it', async () => {
    const workflow = await story.workflow();
    const tooMany = Array.from({ length: 1_001 }, (_, n) => ({ contact_id: String(n) }));
    for (const items of [{}, [], tooMany, null]) {
      expect(await enroll(workflow, { items })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/items' }] },
      });
    }
    expect(await enroll(workflow, { items: [{ contact_id: 'a' }], reason: 'x' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/reason', code: 'unknown' }] },
    });
  });

  it('takes up to 2 MB', async () => {
    const workflow = await story.workflow();
    const items = (size: number) => ({ items: [{ contact_id: 'big', attributes: { text: 'x'.repeat(size) } }] });
    expect(await enroll(workflow, items(1_900_000))).toMatchObject({ status: 200 });
    expect(await enroll(workflow, items(2_200_000))).toMatchObject({ status: 413 });
  });

  it('refuses each on its own when the workflow is paused', async () => {
    const workflow = await story.workflow();
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    const results = await enrollMany(workflow, [{ contact_id: 'p-1' }, { contact_id: 'p-2' }]);
    expect(results.map(({ error }) => error?.code)).toEqual(['workflow.not-active', 'workflow.not-active']);
  });
});

describe('Listing enrollments', () => {
  let workflow: string;
  beforeAll(async () => {
    workflow = await story.workflow([DAY, MAIL]);
    await story.enroll(workflow, 'l-waiting', { enrolled_at: ago(1) });
    await story.enroll(workflow, 'l-active', { enrolled_at: ago(30) });
    const { id } = await story.enroll(workflow, 'l-exited', { enrolled_at: ago(2) });
    await story.must(200, story.ask('POST', `/enrollments/${id}/exit`));
  });

  const listed = async (query: string) => {
    const answer = await story.ask<{ items: ShownEnrollment[]; total: number; next_cursor: string | null }>(
      'GET',
      `/workflows/${workflow}/enrollments?${query}`,
    );
    return { ...answer.body, contacts: answer.body.items.map(({ contact_id }) => contact_id) };
  };

  it.each([
    ['status=waiting', ['l-waiting']],
    ['status=active', ['l-active']],
    ['status=exited&status=waiting&sort=enrolled_at', ['l-exited', 'l-waiting']],
    ['contact_id=l-active&contact_id=nobody', ['l-active']],
    ['sort=-enrolled_at', ['l-waiting', 'l-exited', 'l-active']],
    ['sort=exited_at,-enrolled_at', ['l-exited', 'l-waiting', 'l-active']],
    ['', ['l-exited', 'l-active', 'l-waiting']],
  ])('answers %s', async (query, contacts) => {
    const answer = await listed(query);
    expect([answer.contacts, answer.total]).toEqual([contacts, contacts.length]);
  });

  it('filters by the time of enrolling, the bounds left out', async () => {
    const [{ enrolled_at: at }] = (await listed('contact_id=l-exited')).items as [ShownEnrollment];
    const time = encodeURIComponent(at);
    expect((await listed(`enrolled_before=${time}`)).contacts).toEqual(['l-active']);
    expect((await listed(`enrolled_after=${time}`)).contacts).toEqual(['l-waiting']);
  });

  it('goes on behind a cursor', async () => {
    const first = await listed('limit=2&sort=-enrolled_at');
    const next = await listed(`limit=2&sort=-enrolled_at&cursor=${String(first.next_cursor)}`);
    expect([first.contacts, next.contacts, next.total]).toEqual([['l-waiting', 'l-exited'], ['l-active'], null]);
  });

  it('refuses what it does not know', async () => {
    expect(
      await story.ask('GET', `/workflows/${workflow}/enrollments?status=open&color=red&sort=contact_id`),
    ).toMatchObject({
      status: 422,
    });
    expect(await story.ask('GET', `/workflows/${NOBODY}/enrollments`)).toMatchObject({ status: 404 });
  });
});

describe('Exits (SPEC 4.4)', () => {
  it('cancel every unfinished action, the claimed ones too, but not a wait whose time has come', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL, DAY, MAIL, TAG]);
    const { id } = await story.enroll(workflow, 'exit', { enrolled_at: ago(30) });
    const [first] = await story.claim(1);
    await story.must(200, story.complete(first!));
    const [claimed] = await story.claim(1);
    const exited = await story.must(200, story.ask('POST', `/enrollments/${id}/exit`, { reason: ' called us ' }));
    expect(exited.body).toMatchObject({ status: 'exited', exit_reason: 'called us' });
    const shown = await story.enrollment(id);
    expect(shown.pending_actions.map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'cancelled',
      'cancelled',
    ]);
    expect(codeOf(await story.complete(claimed!))).toBe('409 pending_action.lease-lost');
    expect(codeOf(await story.fail(claimed!))).toBe('409 pending_action.lease-lost');
    expect(await story.claim()).toEqual([]);
    expect(shown.timeline.map(({ event, detail }) => [event, detail])).toEqual([
      ['enrolled', null],
      ['action_completed', 'wait'],
      ['action_completed', 'send_email'],
      ['action_cancelled', 'send_email'],
      ['action_cancelled', 'add_tag'],
      ['exited', 'called us'],
    ]);
    const told = (await story.told('workflow.exit.manual')).filter(({ details }) => details.enrollment_id === id);
    expect(told).toMatchObject([
      { details: { workflow_id: workflow, contact_id: 'exit', exit_reason: 'called us', cancelled_actions: 2 } },
    ]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
  });

  it('say manual when no reason is given', async () => {
    const { id } = await story.enroll(await story.workflow(), 'no-reason');
    expect((await story.ask('POST', `/enrollments/${id}/exit`)).body).toMatchObject({ exit_reason: 'manual' });
    const other = await story.enroll(await story.workflow(), 'no-reason');
    expect((await story.ask('POST', `/enrollments/${other.id}/exit`, { reason: null })).body).toMatchObject({
      exit_reason: 'manual',
    });
  });

  it('end an enrollment once', async () => {
    const workflow = await story.workflow();
    const { id } = await story.enroll(workflow, 'twice');
    await story.must(200, story.ask('POST', `/enrollments/${id}/exit`));
    expect(codeOf(await story.ask('POST', `/enrollments/${id}/exit`))).toBe('409 enrollment.not-open');
    expect(codeOf(await story.ask('POST', `/enrollments/${id}/complete`))).toBe('409 enrollment.not-open');
    expect(await story.counter(workflow, 'ended')).toBe(1);
    expect(codeOf(await story.ask('POST', `/enrollments/${NOBODY}/exit`))).toBe('404 enrollment.not-found');
  });

  it('leave the service its own reasons', async () => {
    const { id } = await story.enroll(await story.workflow(), 'reserved');
    for (const reason of ['goal_achieved', 'contact_erased', '', ' ', 'a\u0007', 'x'.repeat(201)]) {
      expect(await story.ask('POST', `/enrollments/${id}/exit`, { reason })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/reason' }] },
      });
    }
  });

  it('work while the workflow is paused', async () => {
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'paused');
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    await story.must(200, story.ask('POST', `/enrollments/${id}/exit`));
  });

  it('end those that fit a filter, with their own reason', async () => {
    const [workflow, other] = [await story.workflow([MAIL]), await story.workflow([MAIL])];
    const [old, young, elsewhere] = [
      await story.enroll(workflow, 'f-old', { enrolled_at: ago(100) }),
      await story.enroll(workflow, 'f-young'),
      await story.enroll(other, 'f-old', { enrolled_at: ago(100) }),
    ];
    const exit = (body: object) =>
      story.ask('POST', `/workflows/${workflow}/enrollments/exit`, { reason: 'withdrawn', ...body });
    expect((await exit({ contact_ids: ['f-young', 'nobody'], enrolled_before: ago(50) })).body).toEqual({ exited: 0 });
    expect((await exit({ enrolled_before: ago(50) })).body).toEqual({ exited: 1 });
    expect((await exit({ contact_ids: ['f-old', 'f-young', 'nobody'] })).body).toEqual({ exited: 1 });
    for (const { id } of [old, young]) {
      expect(await story.enrollment(id)).toMatchObject({
        status: 'exited',
        exit_reason: 'withdrawn',
        pending_actions: [{ status: 'cancelled' }],
      });
    }
    expect((await story.enrollment(elsewhere.id)).status).toBe('active');
  });

  it('by filter need a filter and a reason', async () => {
    const workflow = await story.workflow();
    const exit = (body: object) => story.ask('POST', `/workflows/${workflow}/enrollments/exit`, body);
    expect(await exit({ reason: 'x' })).toMatchObject({ status: 422 });
    expect(await exit({ reason: 'goal_achieved' })).toMatchObject({
      status: 422,
      body: { errors: [{}, { pointer: '/reason' }] },
    });
    expect(await exit({ contact_ids: [], enrolled_before: null })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/contact_ids' }, { pointer: '/enrolled_before' }, { pointer: '/reason' }] },
    });
    expect(
      await story.ask('POST', `/workflows/${NOBODY}/enrollments/exit`, { contact_ids: ['a'], reason: 'x' }),
    ).toMatchObject({
      status: 404,
    });
  });

  it('of a deleted workflow say so, and a restore leaves them ended', async () => {
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'deleted');
    await story.must(
      204,
      story.ask('DELETE', `/workflows/${workflow}`, undefined, 'Owner', { headers: { 'if-match': '"2"' } }),
    );
    const ended = { status: 'exited', exit_reason: 'workflow_deleted', pending_actions: [{ status: 'cancelled' }] };
    expect(await story.enrollment(id)).toMatchObject(ended);
    await story.must(200, story.ask('POST', `/workflows/${workflow}/restore`));
    expect(await story.enrollment(id)).toMatchObject(ended);
  });

  it('by thousands are each audited, told and counted once', async () => {
    const workflow = await story.workflow([MAIL]);
    for (let at = 0; at < 3_000; at += 1_000) {
      await enrollMany(
        workflow,
        Array.from({ length: 1_000 }, (_, n) => ({ contact_id: `bulk-${String(at + n)}` })),
      );
    }
    const exited = await story.ask('POST', `/workflows/${workflow}/enrollments/exit`, {
      enrolled_before: ago(-1),
      reason: 'all',
    });
    expect(exited.body).toEqual({ exited: 3_000 });
    const [row] = await app.rows<{ audited: string; told: string }>(
      `SELECT (SELECT count(DISTINCT a.entity_id) FROM audit_log a JOIN workflow_enrollments e ON e.id = a.entity_id
               WHERE e.workflow_id = $1 AND a.action = 'workflow.exit.manual') AS audited,
              (SELECT count(*) FROM outbox WHERE message LIKE '%workflow.exit.manual%' || $1::text || '%') AS told`,
      [workflow],
    );
    expect([row?.audited, row?.told, await story.counter(workflow, 'ended')]).toEqual(['3000', '3000', 3_000]);
  });
});

describe('Completing an enrollment (SPEC 4.4)', () => {
  it('is what an engine says that keeps its steps to itself', async () => {
    const workflow = await story.workflow();
    const { id } = await story.enroll(workflow, 'own-steps');
    const completed = await story.must(200, story.ask('POST', `/enrollments/${id}/complete`));
    expect(completed.body).toMatchObject({ status: 'completed', exit_reason: null });
    expect(await story.told('workflow.completed')).toMatchObject([
      { details: { enrollment_id: id, contact_id: 'own-steps' } },
    ]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
  });

  it('cancels what is left', async () => {
    const { id } = await story.enroll(await story.workflow([MAIL, DAY]), 'left');
    await story.must(200, story.ask('POST', `/enrollments/${id}/complete`));
    expect((await story.enrollment(id)).pending_actions).toMatchObject([
      { status: 'cancelled' },
      { status: 'cancelled' },
    ]);
  });
});
