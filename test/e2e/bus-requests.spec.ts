import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { eventually, TestApp, type Tenant } from '../support/app';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { seedWorkflow } from '../support/seed';

interface Reply {
  readonly ok: boolean;
  readonly value?: Record<string, unknown>;
  readonly error?: Record<string, unknown>;
}

describe('Requests over the internal bus', () => {
  let app: TestApp;
  let tenant: Tenant;
  let replies: Redis;
  let bus: Redis;
  /** Channels know no databases: a server that other suites share would let their workers answer too. */
  let server: PrivateRedis;
  const heard: { id: string; response?: Reply }[] = [];

  /** Sends a request as a client of Nest does, and answers every reply that came within a moment of the first. */
  const asked = async (pattern: string, data: unknown): Promise<Reply[]> => {
    const id = randomUUID();
    await bus.publish(pattern, JSON.stringify({ pattern, data, id }));
    await eventually(
      () => Promise.resolve(heard.filter((reply) => reply.id === id)),
      (mine) => mine.length > 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    // The last word of a reply is an empty one.
    return heard.flatMap((reply) => (reply.id === id && reply.response ? [reply.response] : []));
  };

  beforeAll(async () => {
    server = await privateRedis();
    app = await TestApp.start({ REDIS_URL: server.url });
    tenant = await app.tenant();
    bus = new Redis(server.url);
    replies = new Redis(server.url);
    replies.on('message', (_channel: string, text: string) =>
      heard.push(JSON.parse(text) as { id: string; response?: Reply }),
    );
    await replies.subscribe(
      ...['evaluate_event', 'workflow_stats', 'enroll_contact', 'exit_enrollment'].map(
        (name) => `goal_service.${name}.reply`,
      ),
    );
    await eventually(
      () => bus.pubsub('NUMSUB', 'goal_service.exit_enrollment'),
      ([, listeners]) => Number(listeners) > 0,
    );
  });
  afterAll(async () => {
    replies.disconnect();
    bus.disconnect();
    await app.stop();
    await server.stop();
  });

  it('enrolls a contact, decides an event, tells the statistics, and exits an enrollment', async () => {
    const workflow = await seedWorkflow(app, tenant.id, [{ goalType: 'form_submitted', criteria: { form_id: 'f-1' } }]);
    const ids = { tenant_id: tenant.id, workflow_id: workflow.id };
    const [enrolled] = await asked('goal_service.enroll_contact', { ...ids, contact_id: 'c-1' });
    expect(enrolled).toMatchObject({ ok: true, value: { contact_id: 'c-1', status: 'active' } });
    const event = { tenant_id: tenant.id, event_type: 'form.submitted', contact_id: 'c-1', data: { form_id: 'f-1' } };
    expect(await asked('goal_service.evaluate_event', event)).toMatchObject([
      { ok: true, value: { outcome: 'achieved', achievements: [{ workflow_id: workflow.id, exited: true }] } },
    ]);
    const [second] = await asked('goal_service.enroll_contact', { ...ids, contact_id: 'c-2' });
    const exit = { tenant_id: tenant.id, enrollment_id: second?.value?.id, reason: 'moved away' };
    expect(await asked('goal_service.exit_enrollment', exit)).toMatchObject([
      { ok: true, value: { status: 'exited', exit_reason: 'moved away' } },
    ]);
    expect(await asked('goal_service.workflow_stats', ids)).toMatchObject([
      { ok: true, value: { total_enrolled: 2, total_ended: 2, goals_achieved: 1, conversion_rate: 50 } },
    ]);
  });

  it('answers what is wrong as a problem, with all faults at once', async () => {
    expect(await asked('goal_service.workflow_stats', { tenant_id: 'x' })).toMatchObject([
      { ok: false, error: { status: 422, errors: [{ pointer: '/tenant_id' }, { pointer: '/workflow_id' }] } },
    ]);
    expect(await asked('goal_service.evaluate_event', { event_type: 'form.submitted', contact_id: 7 })).toMatchObject([
      { ok: false, error: { status: 422 } },
    ]);
    const strangers = {
      tenant_id: randomUUID(),
      event_type: 'form.submitted',
      contact_id: 'c',
      data: { form_id: 'f' },
    };
    expect(await asked('goal_service.evaluate_event', strangers)).toMatchObject([
      { ok: false, error: { status: 422, errors: [{ pointer: '/tenant_id', code: 'unknown' }] } },
    ]);
    const nobody = { tenant_id: randomUUID(), workflow_id: randomUUID() };
    expect(await asked('goal_service.workflow_stats', nobody)).toMatchObject([{ ok: false, error: { status: 404 } }]);
  });

  it('exits an enrollment by hand when no reason is given', async () => {
    const workflow = await seedWorkflow(app, tenant.id, []);
    const ids = { tenant_id: tenant.id, workflow_id: workflow.id, contact_id: 'by-hand' };
    const [enrolled] = await asked('goal_service.enroll_contact', ids);
    const exit = { tenant_id: tenant.id, enrollment_id: enrolled?.value?.id, reason: null };
    expect(await asked('goal_service.exit_enrollment', exit)).toMatchObject([
      { ok: true, value: { status: 'exited', exit_reason: 'manual' } },
    ]);
  });

  it('reads account_id as tenant_id', async () => {
    const workflow = await seedWorkflow(app, tenant.id, []);
    const ids = { account_id: tenant.id, workflow_id: workflow.id };
    expect(await asked('goal_service.workflow_stats', ids)).toMatchObject([{ ok: true, value: { total_enrolled: 0 } }]);
    expect(await asked('goal_service.enroll_contact', { ...ids, contact_id: 'c-9' })).toMatchObject([{ ok: true }]);
    expect(await asked('goal_service.workflow_stats', { ...ids, tenant_id: randomUUID() })).toMatchObject([
      { ok: false, error: { status: 422, errors: [{ pointer: '/account_id', code: 'contradictory' }] } },
    ]);
  });

  it('sets a message aside that is no request', async () => {
    await bus.publish('goal_service.workflow_stats', 'hello {');
    const rows = await eventually(
      () => app.rows<{ raw: Buffer }>(`SELECT raw FROM dead_letters WHERE way = 'request'`),
      (letters) => letters.length > 0,
    );
    expect(rows.map(({ raw }) => raw.toString())).toEqual(['hello {']);
  });

  it('serves each request by one worker only, however many hear it', async () => {
    // Three more subscribers of the same Redis database: what they claim they serve, and nobody else.
    const others = await Promise.all(
      [1, 2, 3].map(() => TestApp.start({ REDIS_URL: server.url, DATABASE_URL: app.database.appUrl })),
    );
    try {
      await eventually(
        () => bus.pubsub('NUMSUB', 'goal_service.enroll_contact'),
        ([, listeners]) => Number(listeners) >= 4,
      );
      const workflow = await seedWorkflow(app, tenant.id, []);
      for (let n = 0; n < 20; n += 1) {
        const data = { tenant_id: tenant.id, workflow_id: workflow.id, contact_id: `one-${String(n)}` };
        expect(await asked('goal_service.enroll_contact', data)).toMatchObject([{ ok: true }]);
      }
    } finally {
      await Promise.all(others.map((other) => other.stop()));
    }
  });
});
