import { randomUUID } from 'node:crypto';
import { eventually, TestApp, type Tenant } from '../support/app';
import { seedEnrollments, seedWorkflow } from '../support/seed';

interface Enrollment extends Record<string, unknown> {
  readonly status: string;
}

/** Each way in sends one event. */
const WAYS = {
  HTTP: async (app: TestApp, tenant: Tenant, event: Record<string, unknown>) => {
    const answer = await app.ask('POST', '/events', { token: tenant.token.Editor, body: event });
    expect(answer.status).toBe(200);
  },
  'Redis Streams': async (app: TestApp, tenant: Tenant, event: Record<string, unknown>) => {
    await app.redis.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify({ ...event, tenant_id: tenant.id }));
  },
  'Redis Pub/Sub': async (app: TestApp, tenant: Tenant, event: Record<string, unknown>) => {
    await eventually(
      () => app.redis.publish(String(event.event_type), JSON.stringify({ ...event, tenant_id: tenant.id })),
      (listeners) => listeners > 0,
    );
  },
  'Redis Pub/Sub, flat': async (
    app: TestApp,
    tenant: Tenant,
    { data, event_type, ...event }: Record<string, unknown>,
  ) => {
    const flat = { ...event, ...(data as object), account_id: tenant.id };
    await eventually(
      () => app.redis.publish(String(event_type), JSON.stringify(flat)),
      (listeners) => listeners > 0,
    );
  },
  'Redis Pub/Sub, framed by Nest': async (app: TestApp, tenant: Tenant, event: Record<string, unknown>) => {
    const pattern = String(event.event_type);
    await eventually(
      () => app.redis.publish(pattern, JSON.stringify({ pattern, data: { ...event, tenant_id: tenant.id } })),
      (listeners) => listeners > 0,
    );
  },
};

describe('Three ways in, one use case', () => {
  let app: TestApp;
  let tenant: Tenant;
  let workflow: { id: string; goalIds: string[] };

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
    workflow = await seedWorkflow(app, tenant.id, [
      { goalType: 'purchase_made', criteria: { min_amount: '100', currency: 'USD' } },
      { goalType: 'tag_added', criteria: { tag_pattern: 'VIP*' } },
    ]);
  });
  afterAll(() => app.stop());

  it.each(Object.entries(WAYS))(
    'ends the enrollment and cancels its actions when the event comes over %s',
    async (_way, send) => {
      const contact = randomUUID();
      const [enrollment] = await seedEnrollments(app, tenant.id, workflow.id, [contact], { actions: 3 });
      await send(app, tenant, {
        event_id: randomUUID(),
        event_type: 'payment.completed',
        contact_id: contact,
        occurred_at: '2026-01-03T00:00:00Z',
        source: 'shop',
        data: { amount: '150.00', currency: 'USD' },
      });
      const rows = await eventually(
        () => app.rows<Enrollment>('SELECT * FROM workflow_enrollments WHERE id = $1', [enrollment]),
        ([row]) => row?.status !== 'active',
      );
      expect(rows).toMatchObject([
        { status: 'completed_goal', exit_reason: 'goal_achieved', time_to_goal_ms: '172800000' },
      ]);
      expect(
        await app.rows('SELECT DISTINCT status FROM workflow_pending_actions WHERE enrollment_id = $1', [enrollment]),
      ).toEqual([{ status: 'cancelled' }]);
      const facts = await app.rows<{ message: string }>(
        'SELECT message FROM outbox WHERE message LIKE $1 ORDER BY id',
        [`%${String(enrollment)}%`],
      );
      expect(facts.map(({ message }) => JSON.parse(message) as unknown)).toMatchObject([
        { event_type: 'workflow.goal.achieved', tenant_id: tenant.id, goal_id: workflow.goalIds[0], user_id: null },
        {
          event_type: 'workflow.exit.goal',
          details: {
            enrollment_id: enrollment,
            contact_id: contact,
            exit_reason: 'goal_achieved',
            cancelled_actions: 3,
          },
        },
      ]);
      expect(await app.rows('SELECT count(*)::int AS n FROM audit_log WHERE entity_id = $1', [enrollment])).toEqual([
        { n: 2 },
      ]);
    },
  );

  it('tells in /health how long ago the streams last brought something', async () => {
    const { body } = await app.ask('GET', '//health');
    expect(body.details).toMatchObject({ consumers: { state: 'ok', age_seconds: expect.any(Number) as number } });
  });

  it('tells over HTTP what was decided', async () => {
    const contact = randomUUID();
    await seedEnrollments(app, tenant.id, workflow.id, [contact]);
    const event = {
      event_id: randomUUID(),
      event_type: 'contact.tag.added',
      contact_id: contact,
      data: { tag_id: 't-1', tag_name: 'VIP gold' },
    };
    const first = await app.ask('POST', '/events', { token: tenant.token.Editor, body: event });
    expect(first.body).toMatchObject({
      results: [{ event_id: event.event_id, outcome: 'achieved', achievements: [{ exited: true }], error: null }],
    });
    const again = await app.ask('POST', '/events', {
      token: tenant.token.Editor,
      body: {
        events: [
          event,
          { ...event, event_id: 'other' },
          { ...event, event_id: 'other' },
          { event_type: 'x.y', contact_id: 'c' },
          {},
        ],
      },
    });
    expect((again.body.results as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      'no_match',
      'duplicate',
      'ignored',
      'invalid',
    ]);
  });

  it('waits over HTTP for a row that somebody holds for a moment', async () => {
    const contacts = [randomUUID(), randomUUID()];
    const [held] = await seedEnrollments(app, tenant.id, workflow.id, contacts);
    await app.rows('BEGIN');
    await app.rows('SELECT FROM workflow_enrollments WHERE id = $1 FOR UPDATE', [held]);
    const answers = contacts.map((contact_id) =>
      app.ask('POST', '/events', {
        token: tenant.token.Editor,
        body: { event_type: 'contact.tag.added', contact_id, data: { tag_name: 'VIP' } },
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    await app.rows('COMMIT');
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ status: 200, body: { results: [{ outcome: 'achieved' }] } });
  });

  it('sets bad messages of a stream aside with their raw bytes, and goes on with their neighbours', async () => {
    const contact = randomUUID();
    const [enrollment] = await seedEnrollments(app, tenant.id, workflow.id, [contact]);
    const stream = 'goal-service:events:in:0';
    const bad = [
      Buffer.from('{"half'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('{"event_type":"form.submitted"}'),
      Buffer.alloc(0),
    ];
    for (const raw of bad) await app.redis.xadd(stream, '*', 'event', raw);
    await app.redis.xadd(stream, '*', 'something', 'else');
    await app.redis.xadd(stream, '*', 'event', '{"event_type":"foo.bar"}');
    await app.redis.xadd(
      stream,
      '*',
      'event',
      JSON.stringify({
        event_type: 'form.submitted',
        tenant_id: randomUUID(),
        contact_id: 'c',
        data: { form_id: 'f' },
      }),
    );
    await WAYS['Redis Streams'](app, tenant, {
      event_type: 'contact.tag.added',
      contact_id: contact,
      data: { tag_name: 'VIP' },
    });
    await eventually(
      () => app.rows<Enrollment>('SELECT status FROM workflow_enrollments WHERE id = $1', [enrollment]),
      ([row]) => row?.status === 'completed_goal',
    );
    const letters = await eventually(
      () =>
        app.rows<{ reason: string; raw: Buffer }>(
          `SELECT reason, raw FROM dead_letters WHERE way = 'stream' ORDER BY origin`,
        ),
      (rows) => rows.length === 7,
    );
    expect(letters.map(({ reason }) => reason)).toEqual([
      'not_json',
      'not_json',
      'tenant_missing',
      'not_json',
      'not_json',
      'tenant_missing',
      'tenant_unknown',
    ]);
    expect(letters[1]?.raw).toEqual(Buffer.from([0xff, 0xfe]));
    // Acknowledged after what is set aside is committed.
    await eventually(
      () => app.redis.xpending(stream, 'goal-service'),
      ([pending]) => pending === 0,
    );
  });

  it('takes a message of a channel by its bytes, and keeps all of them', async () => {
    const contact = randomUUID();
    const [enrollment] = await seedEnrollments(app, tenant.id, workflow.id, [contact]);
    const status = () => app.rows<Enrollment>('SELECT status FROM workflow_enrollments WHERE id = $1', [enrollment]);
    const letters = async () =>
      (
        await app.rows<{ raw: Buffer }>(`SELECT raw FROM dead_letters WHERE way = 'pubsub' ORDER BY created_at, id`)
      ).map(({ raw }) => raw.toString('latin1'));
    const channel = 'contact.tag.added';
    const event = { tenant_id: tenant.id, contact_id: contact, data: { tag_name: 'VIP~' } };
    const notUtf8 = JSON.stringify(event).replace('~', '\xff');
    const framed = ['one', 'other'].map((pattern) => JSON.stringify({ pattern, data: { tenant_id: 'nobody' } }));
    await app.redis.publish(channel, Buffer.from(notUtf8, 'latin1'));
    for (const text of framed) await app.redis.publish(channel, text);
    const mine = await eventually(letters, (kept) => [notUtf8, ...framed].every((text) => kept.includes(text)));
    expect(mine).toEqual(expect.arrayContaining([notUtf8, ...framed]));
    expect(await status()).toEqual([{ status: 'active' }]);
    await app.redis.publish(channel, JSON.stringify({ ...event, pattern: 'checkout' }));
    await eventually(status, ([row]) => row?.status === 'completed_goal');
  });

  it.each(['three days ahead of the clock', 'beyond all time'])(
    'takes an entry whose id is %s as received now',
    async (when) => {
      const contact = randomUUID();
      const [enrollment] = await seedEnrollments(app, tenant.id, workflow.id, [contact]);
      const event = {
        ...{ event_type: 'contact.tag.added', tenant_id: tenant.id, contact_id: contact },
        data: { tag_name: 'VIP' },
      };
      const id = when === 'beyond all time' ? '8640000000000001' : String(Date.now() + 3 * 86_400_000);
      await app.redis.xadd('goal-service:events:in:0', `${id}-0`, 'event', JSON.stringify(event));
      const [achieved] = await eventually(
        () =>
          app.rows<{ achieved_at: Date }>(
            'SELECT achieved_at FROM workflow_goal_achievements WHERE enrollment_id = $1',
            [enrollment],
          ),
        ({ length }) => length === 1,
      );
      expect(achieved?.achieved_at.getTime()).toBeLessThanOrEqual(Date.now());
      const { body } = await app.ask('GET', '//health');
      expect(body.details).toMatchObject({ consumers: { state: 'ok' } });
    },
  );
});
