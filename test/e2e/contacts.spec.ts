import { TestApp } from '../support/app';
import { codeOf, MAIL, Story } from '../support/story';

let app: TestApp;
let story: Story;
beforeAll(async () => {
  app = await TestApp.start();
  story = await Story.begin(app);
});
afterAll(() => app.stop());

describe('Contacts', () => {
  it('are made by the first PUT, and each PUT replaces the fields it gives', async () => {
    const put = async (body: object) => (await story.must(200, story.ask('PUT', '/contacts/put', body))).body;
    expect(await put({})).toMatchObject({ contact_id: 'put', attributes: {}, opted_out: false });
    expect(await put({ attributes: { a: 1, b: { c: 2 } } })).toMatchObject({
      attributes: { a: 1, b: { c: 2 } },
      opted_out: false,
    });
    expect(await put({ opted_out: true })).toMatchObject({ attributes: { a: 1, b: { c: 2 } }, opted_out: true });
    const last = await put({ attributes: { d: 3 }, opted_out: false });
    expect(last).toMatchObject({ attributes: { d: 3 }, opted_out: false });
    expect((await story.ask('GET', '/contacts/put', undefined, 'Viewer')).body).toEqual(last);
  });

  it('stay as they are when a PUT says what is so already', async () => {
    const put = () => story.ask('PUT', '/contacts/same', { attributes: { a: 1, b: 2 }, opted_out: false });
    const [first, second] = [await put(), await put()];
    expect(second.body).toEqual(first.body);
  });

  it('answer 404 when unknown, and to ids that cannot be any', async () => {
    for (const id of ['unknown', 'a%00b', 'x'.repeat(201)]) {
      expect(codeOf(await story.ask('GET', `/contacts/${id}`))).toBe('404 contact.not-found');
      expect(codeOf(await story.ask('DELETE', `/contacts/${id}`))).toBe('404 contact.not-found');
    }
    expect(await story.ask('PUT', '/contacts/a%00b', {})).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/contact_id' }] },
    });
  });

  it('refuse every fault of the body at once', async () => {
    expect(await story.ask('PUT', '/contacts/faults', { attributes: null, opted_out: 'yes', name: 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/name' }, { pointer: '/attributes' }, { pointer: '/opted_out' }] },
    });
    expect(await story.ask('PUT', '/contacts/faults', { attributes: 12345678901234567890n.toString() })).toMatchObject({
      status: 422,
    });
  });

  it('keep numbers that no double can hold by their digits', async () => {
    const raw = '{"attributes":{"n":12345678901234567890.5}}';
    await story.must(200, story.ask('PUT', '/contacts/digits', undefined, 'Owner', { raw }));
    expect((await story.ask('GET', '/contacts/digits')).body).toMatchObject({
      attributes: { n: '12345678901234567890.5' },
    });
  });
});

describe('Opting out (SPEC 4.4)', () => {
  it('exits the open enrollments, in every workflow', async () => {
    const [one, other] = [await story.workflow([MAIL]), await story.workflow()];
    const mine = [await story.enroll(one, 'opts'), await story.enroll(other, 'opts')];
    const { id: ended } = await story.enroll(await story.workflow(), 'opts');
    await story.must(200, story.ask('POST', `/enrollments/${ended}/complete`));
    const stays = await story.enroll(one, 'does-not');
    await story.must(200, story.ask('PUT', '/contacts/opts', { opted_out: true }));
    for (const { id } of mine) {
      expect(await story.enrollment(id)).toMatchObject({
        status: 'exited',
        exit_reason: 'contact_opted_out',
        contact_id: 'opts',
      });
    }
    expect((await story.enrollment(mine[0]!.id)).pending_actions).toMatchObject([{ status: 'cancelled' }]);
    expect((await story.enrollment(ended)).status).toBe('completed');
    expect((await story.enrollment(stays.id)).status).toBe('active');
    const told = (await story.told('workflow.exit.manual')).map(({ details }) => [
      details.enrollment_id,
      details.exit_reason,
    ]);
    expect(told.sort()).toEqual(mine.map(({ id }) => [id, 'contact_opted_out']).sort());
  });
});

describe('Erasing a contact (SPEC 7, Erasure)', () => {
  const achieved = async (contact: string, enrollment: string, workflow: string): Promise<void> => {
    await app.sql.query(
      `INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, position, version, created_at, updated_at)
       VALUES ($1, gen_random_uuid(), $2, 'tag_added', '{}', gen_random_uuid()::text, true, 1, 1, now(), now())`,
      [story.tenant.id, workflow],
    );
    await app.sql.query(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type,
         achieved_at, recorded_at, event_id, trigger_event, metadata)
       SELECT g.tenant_id, gen_random_uuid(), $2, $3, e.contact_id, g.id, g.goal_type, now(), now(), 'evt-1', $4, '{"source": "shop"}'
       FROM workflow_goals g JOIN workflow_enrollments e ON e.tenant_id = g.tenant_id AND e.id = $3
       WHERE g.tenant_id = $1 AND g.workflow_id = $2`,
      [
        story.tenant.id,
        workflow,
        enrollment,
        JSON.stringify({
          event_id: 'evt-1',
          event_type: 'contact.tag.added',
          occurred_at: '2026-01-01T00:00:00.000Z',
          source: 'shop',
          data: { tag_name: contact },
        }),
      ],
    );
  };

  it('ends its enrollments and removes all that tells who it was; counts stay', async () => {
    const workflow = await story.workflow([MAIL]);
    const { id } = await story.enroll(workflow, 'erase-me', { attributes: { mail: 'ada@example.com' } });
    await achieved('erase-me', id, workflow);
    await story.must(204, story.ask('DELETE', '/contacts/erase-me', undefined, 'Admin'));
    expect(await story.ask('GET', '/contacts/erase-me')).toMatchObject({ status: 404 });
    expect(await story.enrollment(id)).toMatchObject({
      contact_id: null,
      status: 'exited',
      exit_reason: 'contact_erased',
      achievements: [
        {
          contact_id: null,
          trigger_event: {
            event_id: 'evt-1',
            event_type: 'contact.tag.added',
            occurred_at: '2026-01-01T00:00:00.000Z',
          },
          metadata: {},
        },
      ],
    });
    expect(await story.counter(workflow, 'enrolled')).toBe(1);
    for (const table of [
      'contacts',
      'workflow_enrollments',
      'workflow_pending_actions',
      'workflow_goal_achievements',
      'audit_log',
    ]) {
      const rows = await app.rows(`SELECT * FROM ${table} WHERE tenant_id = $1`, [story.tenant.id]);
      expect(JSON.stringify(rows)).not.toMatch(/erase-me|ada@example\.com/);
    }
    expect(codeOf(await story.ask('DELETE', '/contacts/erase-me'))).toBe('404 contact.not-found');
  });

  it('makes the same id, when it appears again, a new contact', async () => {
    const workflow = await story.workflow();
    const before = await story.enroll(workflow, 'again', { attributes: { a: 1 } });
    await story.must(200, story.ask('PUT', '/contacts/again', { opted_out: true }));
    await story.must(204, story.ask('DELETE', '/contacts/again'));
    const after = await story.enroll(workflow, 'again');
    expect((await story.ask('GET', '/contacts/again')).body).toMatchObject({ attributes: {}, opted_out: false });
    expect(await story.enrollment(before.id)).toMatchObject({ contact_id: null, status: 'exited' });
    const list = await story.ask<{ items: object[] }>('GET', `/workflows/${workflow}/enrollments?contact_id=again`);
    expect(list.body.items).toMatchObject([{ id: after.id }]);
  });

  it('reaches nobody else’s contact of the same id', async () => {
    const stranger = await Story.begin(app);
    await story.must(200, story.ask('PUT', '/contacts/shared', { attributes: { a: 1 } }));
    expect(codeOf(await stranger.ask('DELETE', '/contacts/shared'))).toBe('404 contact.not-found');
    await stranger.must(200, stranger.ask('PUT', '/contacts/shared', { opted_out: true }));
    expect((await story.ask('GET', '/contacts/shared')).body).toMatchObject({ attributes: { a: 1 }, opted_out: false });
  });
});
