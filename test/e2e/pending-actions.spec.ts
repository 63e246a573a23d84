import { eventually, TestApp } from '../support/app';
import { codeOf, DAY, MAIL, Story, TAG } from '../support/story';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const NOBODY = '0190a000-0000-7000-8000-00000000dead';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

describe('Claiming actions (SPEC 4.4)', () => {
  it('hands out what is due, with what is needed to carry it out', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL]);
    const { id, enrolled_at } = await story.enroll(workflow, 'c-1');
    const [action, ...others] = await story.claim(10, { lease_seconds: 30 });
    expect(others).toEqual([]);
    expect(action).toMatchObject({
      enrollment_id: id,
      workflow_id: workflow,
      contact_id: 'c-1',
      action_type: 'send_email',
      config: { template: 't-1' },
      scheduled_at: enrolled_at,
      attempts: 1,
    });
    expect(Object.keys(action!).sort()).toEqual(
      'action_type attempts config contact_id enrollment_id id lease_expires_at scheduled_at token workflow_id'.split(
        ' ',
      ),
    );
    const lease = Date.parse(action!.lease_expires_at!) - Date.now();
    expect(lease > 0 && lease <= 30_000).toBe(true);
    expect((await story.enrollment(id)).pending_actions).toMatchObject([{ status: 'claimed', attempts: 1 }]);
  });

  it('gives an action once', async () => {
    const story = await Story.begin(app);
    await story.enroll(await story.workflow([MAIL]), 'c-1');
    expect(await story.claim()).toHaveLength(1);
    expect(await story.claim()).toEqual([]);
  });

  it('keeps the order of the steps: one can be claimed when all before it are finished', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([MAIL, TAG]), 'c-1');
    for (const position of [1, 2]) {
      const [action, ...others] = await story.claim();
      expect(others).toEqual([]);
      const [shown] = (await story.enrollment(id)).pending_actions.filter((one) => one.id === action!.id);
      expect(shown?.position).toBe(position);
      expect(await story.claim()).toEqual([]);
      await story.must(200, story.complete(action!));
    }
  });

  it('has a step stand behind for as long as an action before it is not finished (ADR 0086)', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([DAY, MAIL, DAY, TAG, DAY]), 'c-1');
    const behind = async () =>
      (
        await app.rows<{ is_behind: boolean }>(
          'SELECT is_behind FROM workflow_pending_actions WHERE enrollment_id = $1 ORDER BY position',
          [id],
        )
      ).map(({ is_behind }) => is_behind);
    expect(await behind()).toEqual([false, false, true, true, true]);
    await story.letPass(id, '1 day');
    for (const expected of [
      [false, false, false, false, true],
      [false, false, false, false, false],
    ]) {
      const [action] = await story.claim();
      await story.must(200, story.complete(action!));
      expect(await behind()).toEqual(expected);
      await story.letPass(id, '1 day');
    }
    await eventually(
      () => story.enrollment(id),
      ({ status }) => status === 'completed',
    );
  });

  it('a wait is finished when its time has come, and is never handed out', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([DAY, MAIL]), 'c-1');
    expect(await story.claim()).toEqual([]);
    await story.letPass(id, '1 day');
    expect(await story.claim()).toMatchObject([{ action_type: 'send_email' }]);
  });

  it('leaves the future alone', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow();
    const soon = { action_type: 'webhook', scheduled_at: ago(-1) };
    const { id } = await story.enroll(workflow, 'c-1', { pending_actions: [soon] });
    expect(await story.claim()).toEqual([]);
    await story.letPass(id, '1 hour');
    expect(await story.claim()).toHaveLength(1);
  });

  it('gives what fell due first, up to the limit, and of the types asked for', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL]);
    const other = await story.workflow([TAG]);
    for (const hours of [1, 3, 2]) {
      await story.enroll(workflow, `c-${String(hours)}`, { enrolled_at: ago(hours) });
      await story.enroll(other, `c-${String(hours)}`, { enrolled_at: ago(hours + 10) });
    }
    const contacts = async (limit: number, more: object) =>
      (await story.claim(limit, more)).map(({ contact_id, action_type }) => [contact_id, action_type]);
    expect(await contacts(2, { types: ['send_email', 'send_sms'] })).toEqual([
      ['c-3', 'send_email'],
      ['c-2', 'send_email'],
    ]);
    expect(await contacts(3, {})).toEqual([
      ['c-3', 'add_tag'],
      ['c-2', 'add_tag'],
      ['c-1', 'add_tag'],
    ]);
    expect(await contacts(9, {})).toEqual([['c-1', 'send_email']]);
  });

  it('a paused workflow keeps its actions back; what fell due meanwhile is due at once', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([DAY, MAIL]);
    const { id } = await story.enroll(workflow, 'c-1');
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    await story.letPass(id, '2 days');
    expect(await story.claim()).toEqual([]);
    expect((await story.enrollment(id)).status).toBe('active');
    await story.must(200, story.ask('POST', `/workflows/${workflow}/activate`));
    expect(await story.claim()).toHaveLength(1);
  });

  it('what was claimed before a pause can be completed during it', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'c-1');
    const [action] = await story.claim();
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    await story.must(200, story.complete(action!));
    expect((await story.enrollment(id)).status).toBe('completed');
  });

  it('names every fault of the body at once', async () => {
    const story = await Story.begin(app);
    const faults = async (body: object) => {
      const { errors } = (await story.must(422, story.ask('POST', '/pending-actions/claim', body))).body as {
        errors: { pointer: string }[];
      };
      return errors.map(({ pointer }) => pointer).sort();
    };
    expect(await faults({ limit: 0, types: ['wait'] })).toEqual(['/lease_seconds', '/limit', '/types']);
    expect(await faults({ limit: 201, lease_seconds: 86_401, types: [] })).toEqual([
      '/lease_seconds',
      '/limit',
      '/types',
    ]);
    expect(await faults({ limit: null, lease_seconds: '60', types: null, more: 1 })).toEqual([
      '/lease_seconds',
      '/limit',
      '/more',
      '/types',
    ]);
  });
});

describe('A lease (SPEC 4.4)', () => {
  it('that has run out makes the action pending again, and its old token answers 409', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([MAIL]), 'c-1');
    const [first] = await story.claim();
    await story.letPass(id, '1 hour');
    expect(await story.enrollment(id)).toMatchObject({
      status: 'active',
      pending_actions: [{ status: 'pending', lease_expires_at: null }],
    });
    expect(codeOf(await story.complete(first!))).toBe('409 pending_action.lease-lost');
    const [second] = await story.claim();
    expect(second).toMatchObject({ id: first!.id, attempts: 2 });
    expect(second!.token).not.toBe(first!.token);
    expect(codeOf(await story.complete(first!))).toBe('409 pending_action.lease-lost');
    expect(codeOf(await story.fail(first!))).toBe('409 pending_action.lease-lost');
    await story.must(200, story.complete(second!));
  });

  it('is needed: a step nobody has claimed cannot be completed', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([MAIL]), 'c-1');
    const [action] = (await story.enrollment(id)).pending_actions;
    expect(codeOf(await story.complete({ id: action!.id, token: NOBODY }))).toBe('409 pending_action.lease-lost');
    expect(codeOf(await story.complete({ id: NOBODY, token: NOBODY }))).toBe('404 pending_action.not-found');
    expect(codeOf(await story.fail({ id: NOBODY, token: NOBODY }))).toBe('404 pending_action.not-found');
    expect(await story.complete({ id: action!.id, token: 'mine' })).toMatchObject({ status: 422 });
  });

  it('of another tenant is no lease', async () => {
    const [story, stranger] = [await Story.begin(app), await Story.begin(app)];
    await story.enroll(await story.workflow([MAIL]), 'c-1');
    const [action] = await story.claim();
    expect(codeOf(await stranger.complete(action!))).toBe('404 pending_action.not-found');
    expect(codeOf(await stranger.fail(action!))).toBe('404 pending_action.not-found');
  });
});

describe('Completing an action (SPEC 4.4)', () => {
  it('twice with one token answers 200 twice', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL]);
    await story.enroll(workflow, 'c-1');
    const [action] = await story.claim();
    const [first, second] = [await story.complete(action!), await story.complete(action!)];
    expect(first).toMatchObject({ status: 200, body: { id: action!.id, status: 'completed' } });
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
    expect(await story.told('workflow.completed')).toHaveLength(1);
  });

  it('that is the last makes the enrollment completed', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL, TAG]);
    const { id } = await story.enroll(workflow, 'c-1');
    await story.must(200, story.complete((await story.claim())[0]!));
    expect((await story.enrollment(id)).status).toBe('active');
    await story.must(200, story.complete((await story.claim())[0]!));
    const shown = await story.enrollment(id);
    expect(shown).toMatchObject({ status: 'completed', exit_reason: null });
    expect(shown.timeline.map(({ event }) => event)).toEqual([
      'enrolled',
      'action_completed',
      'action_completed',
      'completed',
    ]);
    expect(await story.told('workflow.completed')).toMatchObject([
      {
        details: {
          workflow_id: workflow,
          enrollment_id: id,
          contact_id: 'c-1',
          exit_reason: null,
          cancelled_actions: 0,
        },
      },
    ]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
  });

  it('that leaves only waits that are over makes the enrollment completed at once', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([MAIL, DAY]), 'c-1', { enrolled_at: ago(30) });
    await story.must(200, story.complete((await story.claim())[0]!));
    expect(await story.enrollment(id)).toMatchObject({
      status: 'completed',
      pending_actions: [{ status: 'completed' }, { status: 'completed' }],
    });
  });
});

describe('Failing an action (SPEC 4.4)', () => {
  it('with retry_at puts it back until then', async () => {
    const story = await Story.begin(app);
    const { id } = await story.enroll(await story.workflow([MAIL, TAG]), 'c-1');
    const [action] = await story.claim();
    const retryAt = ago(-1);
    const failed = await story.must(200, story.fail(action!, { error: 'mailbox full', retry_at: retryAt }));
    expect(failed.body).toMatchObject({ status: 'pending', error: 'mailbox full', scheduled_at: retryAt, attempts: 1 });
    expect(await story.enrollment(id)).toMatchObject({ status: 'waiting' });
    expect(codeOf(await story.complete(action!))).toBe('409 pending_action.lease-lost');
    expect(await story.claim()).toEqual([]);
    await story.letPass(id, '1 hour');
    expect(await story.claim()).toMatchObject([{ id: action!.id, attempts: 2 }]);
  });

  it('without retry_at fails the enrollment and cancels the rest', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL, DAY, TAG]);
    const { id } = await story.enroll(workflow, 'c-1');
    const [action] = await story.claim();
    const [first, second] = [
      await story.fail(action!, { error: 'gone' }),
      await story.fail(action!, { error: 'gone' }),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await story.enrollment(id)).toMatchObject({
      status: 'failed',
      exit_reason: null,
      pending_actions: [{ status: 'failed', error: 'gone' }, { status: 'cancelled' }, { status: 'cancelled' }],
    });
    expect(await story.told('workflow.failed')).toMatchObject([
      { details: { workflow_id: workflow, enrollment_id: id, contact_id: 'c-1', cancelled_actions: 2 } },
    ]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
    expect(await story.claim()).toEqual([]);
  });

  it('names every fault of the body at once', async () => {
    const story = await Story.begin(app);
    await story.enroll(await story.workflow([MAIL]), 'c-1');
    const [action] = await story.claim();
    expect(await story.fail({ id: action!.id, token: '' }, { error: 1, retry_at: 'soon' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/token' }, { pointer: '/error' }, { pointer: '/retry_at' }] },
    });
    expect(await story.fail(action!, { error: 'x'.repeat(2_001) })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/error' }] },
    });
  });
});

describe('A wait at the end (SPEC 4.4)', () => {
  it('completes the enrollment by itself when its time has come', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow([MAIL, DAY]);
    const { id } = await story.enroll(workflow, 'c-1');
    await story.must(200, story.complete((await story.claim())[0]!));
    expect((await story.enrollment(id)).status).toBe('waiting');
    await story.letPass(id, '1 day');
    const shown = await eventually(
      () => story.enrollment(id),
      ({ status }) => status === 'completed',
    );
    expect(shown.pending_actions).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
    expect(await story.told('workflow.completed')).toMatchObject([{ details: { enrollment_id: id } }]);
    expect(await story.counter(workflow, 'ended')).toBe(1);
    const audit = await app.rows(
      `SELECT actor_id FROM audit_log WHERE entity_id = $1 AND action = 'workflow.completed'`,
      [id],
    );
    expect(audit).toEqual([{ actor_id: null }]);
  });

  it('does not while a step before it is unfinished, or the workflow is paused', async () => {
    const story = await Story.begin(app);
    const [workflow, paused] = [await story.workflow([MAIL, DAY]), await story.workflow([DAY])];
    const unfinished = await story.enroll(workflow, 'c-1', { enrolled_at: ago(30) });
    const waiting = await story.enroll(paused, 'c-1');
    await story.must(200, story.ask('POST', `/workflows/${paused}/pause`));
    await story.letPass(waiting.id, '1 day');
    // Another tenant's is completed meanwhile: the tick has come by.
    const other = await Story.begin(app);
    const done = await other.enroll(await other.workflow([DAY]), 'c-1', { enrolled_at: ago(30) });
    await eventually(
      () => other.enrollment(done.id),
      ({ status }) => status === 'completed',
    );
    for (const { id } of [unfinished, waiting]) expect((await story.enrollment(id)).status).toBe('active');
    await story.must(200, story.ask('POST', `/workflows/${paused}/activate`));
    await eventually(
      () => story.enrollment(waiting.id),
      ({ status }) => status === 'completed',
    );
  });
});
