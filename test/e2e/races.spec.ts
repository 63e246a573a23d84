import { randomUUID } from 'node:crypto';
import { eventually, TestApp } from '../support/app';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const ENROLLMENTS = 500;

describe('A race', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('of two goals for one enrollment, from two ways in at the same time, ends 500 enrollments exactly once each', async () => {
    const tenant = await app.tenant();
    const workflow = await seedWorkflow(app, tenant.id, [
      { goalType: 'form_submitted', criteria: { form_id: 'f-1' } },
      { goalType: 'purchase_made', criteria: { any_purchase: true } },
    ]);
    const contacts = Array.from({ length: ENROLLMENTS }, (_, n) => `contact-${String(n)}`);
    await seedEnrollments(app, tenant.id, workflow.id, contacts, { actions: 2 });
    const form = (contact: string) => ({ event_type: 'form.submitted', contact_id: contact, data: { form_id: 'f-1' } });
    const purchase = (contact: string) => ({
      event_type: 'payment.completed',
      contact_id: contact,
      data: { amount: '1' },
    });
    const overHttp = async () => {
      for (let at = 0; at < ENROLLMENTS; at += 25) {
        const body = { events: contacts.slice(at, at + 25).map(form) };
        expect((await app.ask('POST', '/events', { token: tenant.token.Editor, body })).status).toBe(200);
      }
    };
    const overTheStream = async () => {
      // From the other end, so that each way is first with some.
      for (const contact of [...contacts].reverse())
        await app.redis.xadd(
          'goal-service:events:in:0',
          '*',
          'event',
          JSON.stringify({ ...purchase(contact), tenant_id: tenant.id }),
        );
    };
    await Promise.all([overHttp(), overTheStream()]);
    await eventually(
      () => app.redis.xpending('goal-service:events:in:0', 'goal-service'),
      (pending) => pending[0] === 0,
    );
    const [counts] = await eventually(
      () =>
        app.rows<{ exited: number }>(
          `SELECT (SELECT count(*)::int FROM workflow_enrollments WHERE tenant_id = $1 AND status = 'completed_goal') AS exited,
             (SELECT count(*)::int FROM workflow_goal_achievements WHERE tenant_id = $1) AS achievements,
             (SELECT count(*)::int FROM outbox WHERE tenant_id = $1 AND message LIKE '%"workflow.exit.goal"%') AS told,
             (SELECT count(*)::int FROM workflow_pending_actions WHERE tenant_id = $1 AND status <> 'cancelled') AS unfinished,
             (SELECT count(DISTINCT goal_type)::int FROM workflow_goal_achievements WHERE tenant_id = $1) AS ways,
             (SELECT sum(goals_achieved)::int FROM workflow_daily_counters WHERE tenant_id = $1) AS counted`,
          [tenant.id],
        ),
      ([row]) => row?.exited === ENROLLMENTS,
    );
    expect(counts).toEqual({
      exited: ENROLLMENTS,
      achievements: ENROLLMENTS,
      told: ENROLLMENTS,
      unfinished: 0,
      ways: 2,
      counted: ENROLLMENTS,
    });
  });

  it('of detection with a long change of one tenant holds up that tenant alone, and loses nothing of it', async () => {
    const [locked, other] = await Promise.all([app.tenant(), app.tenant()]);
    const goal = [{ goalType: 'form_submitted', criteria: { form_id: 'f-1' } }] as const;
    const [slow, quick] = await Promise.all([seedWorkflow(app, locked.id, goal), seedWorkflow(app, other.id, goal)]);
    const [held] = await seedEnrollments(app, locked.id, slow.id, ['c']);
    const [free] = await seedEnrollments(app, other.id, quick.id, ['c']);
    const status = async (id: string | undefined) =>
      (await app.rows<{ status: string }>('SELECT status FROM workflow_enrollments WHERE id = $1', [id]))[0]?.status;
    await app.sql.query('BEGIN');
    await app.sql.query('SELECT 1 FROM workflow_enrollments WHERE id = $1 FOR UPDATE', [held]);
    const pipeline = app.redis.pipeline();
    for (const tenant of [locked, other]) {
      const event = {
        event_id: randomUUID(),
        event_type: 'form.submitted',
        tenant_id: tenant.id,
        contact_id: 'c',
        data: { form_id: 'f-1' },
      };
      pipeline.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify(event));
    }
    await pipeline.exec();
    await eventually(
      () => status(free),
      (now) => now === 'completed_goal',
    );
    expect(await status(held)).toBe('active');
    await app.sql.query('COMMIT');
    await eventually(
      () => status(held),
      (now) => now === 'completed_goal',
    );
    await eventually(
      () => app.redis.xpending('goal-service:events:in:0', 'goal-service'),
      (pending) => pending[0] === 0,
    );
  });
});
