import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { KeepDeadLetters } from '#application/workflows/commands/keep-dead-letters';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import { eventually, TestApp, type Tenant } from '../support/app';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const RECEIVED = new Date('2026-02-01T10:00:00.000Z');

interface Listed {
  readonly items: readonly { readonly id: string; readonly reason: string }[];
  readonly total: number;
}

describe('A message that no decision could be made of', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    tenant = await app.tenant();
  });

  const list = async (query = '') =>
    (await app.ask<Listed>('GET', `/dead-letters${query}`, { token: tenant.token.Admin })).body;
  const send = (raw: string | Buffer) => app.redis.xadd('goal-service:events:in:0', '*', 'event', raw);
  const replay = (id: string, token = tenant.token.Admin) => app.ask('POST', `/dead-letters/${id}/replay`, { token });
  const keep = async (changes: Partial<DeadLetter>): Promise<string> => {
    const letter: DeadLetter = {
      way: 'stream',
      origin: randomUUID(),
      tenantId: tenant.id,
      reason: 'invalid_event',
      detail: 'by hand',
      raw: Buffer.from('{}'),
      receivedAt: RECEIVED,
      ...changes,
    };
    const system = Actor.system([tenant.id], 'event:publish');
    expect(await app.nest.get<Door>(Door).send(new KeepDeadLetters(system, [letter]))).toMatchObject({ ok: true });
    return (await list()).items[0]?.id ?? '';
  };
  const event = (more: object) =>
    JSON.stringify({
      event_id: randomUUID(),
      event_type: 'form.submitted',
      tenant_id: tenant.id,
      contact_id: 'c-1',
      ...more,
    });

  it('is kept with its bytes and its reason, and its neighbours go on', async () => {
    const workflow = await seedWorkflow(app, tenant.id, [{ goalType: 'form_submitted', criteria: { form_id: 'f-1' } }]);
    await seedEnrollments(app, tenant.id, workflow.id, ['c-1']);
    const bad = event({ data: { form_id: 7 } });
    await send(bad);
    await send(event({ data: { form_id: 'f-1' } }));
    const { items } = await eventually(list, ({ total }) => total === 1);
    const whole = await app.ask('GET', `/dead-letters/${items[0]?.id ?? ''}`, { token: tenant.token.Owner });
    expect(whole.body).toMatchObject({
      way: 'stream',
      reason: 'invalid_event',
      preview: bad,
      raw: Buffer.from(bad).toString('base64'),
    });
    await eventually(
      () => app.rows<{ status: string }>('SELECT status FROM workflow_enrollments WHERE tenant_id = $1', [tenant.id]),
      ([row]) => row?.status === 'completed_goal',
    );
  });

  it('is for the operator alone when it names no tenant of ours', async () => {
    const before = await list();
    const strangers = JSON.stringify({
      event_type: 'form.submitted',
      tenant_id: randomUUID(),
      contact_id: 'c',
      data: { form_id: 'f' },
    });
    await send(strangers);
    await send(Buffer.from([0xff, 0xfe, 0x00]));
    const nobodys = () =>
      app.rows<{ reason: string; raw: Buffer }>(
        `SELECT reason, raw FROM dead_letters WHERE tenant_id IS NULL ORDER BY created_at, id`,
      );
    const rows = await eventually(nobodys, ({ length }) => length === 2);
    expect(rows.map(({ reason }) => reason).toSorted()).toEqual(['not_json', 'tenant_unknown']);
    expect(await list()).toEqual(before);
  });

  it('is decided and gone once it can be read, with the time it was first received', async () => {
    const workflow = await seedWorkflow(app, tenant.id, [{ goalType: 'form_submitted', criteria: { form_id: 'f-1' } }]);
    const [enrollment] = await seedEnrollments(app, tenant.id, workflow.id, ['c-1']);
    const id = await keep({ raw: Buffer.from(event({ event_id: 'evt-1', data: { form_id: 'f-1' } })) });
    const answer = await replay(id);
    expect(answer).toMatchObject({
      status: 200,
      body: { event_id: 'evt-1', outcome: 'achieved', achievements: [{ enrollment_id: enrollment, exited: true }] },
    });
    expect((await list()).total).toBe(0);
    expect((await replay(id)).status).toBe(404);
    const achieved = await app.rows('SELECT achieved_at FROM workflow_goal_achievements WHERE tenant_id = $1', [
      tenant.id,
    ]);
    expect(achieved).toEqual([{ achieved_at: RECEIVED }]);
  });

  it('stays where it is when it is refused again', async () => {
    const id = await keep({ raw: Buffer.from(event({ data: {}, contact_id: 5 })) });
    expect(await replay(id)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/contact_id' }] } });
    expect(await replay(await keep({ raw: Buffer.from('{') }))).toMatchObject({ status: 422 });
    expect((await list()).total).toBe(2);
    const audited = await app.rows(`SELECT 1 FROM audit_log WHERE tenant_id = $1`, [tenant.id]);
    expect(audited).toEqual([]);
  });

  it('is not decided for another tenant than the one it was kept for', async () => {
    const other = await app.tenant();
    const id = await keep({ raw: Buffer.from(event({ tenant_id: other.id })) });
    expect(await replay(id)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/tenant_id' }] } });
  });

  it('can be given up', async () => {
    const id = await keep({});
    const gone = () => app.ask('DELETE', `/dead-letters/${id}`, { token: tenant.token.Admin });
    expect((await gone()).status).toBe(204);
    expect(await gone()).toMatchObject({ status: 404, body: { code: 'dead_letter.not-found' } });
  });

  it('is listed by reason and way', async () => {
    await keep({ reason: 'not_json' });
    await keep({ way: 'pubsub' });
    expect((await list('?reason=not_json')).total).toBe(1);
    expect((await list('?way=pubsub&reason=invalid_event')).total).toBe(1);
    expect(await list('?way=http')).toMatchObject({ status: 422 });
  });

  it('is nothing to Editors, Viewers and other tenants', async () => {
    const id = await keep({});
    for (const token of [tenant.token.Editor, tenant.token.Viewer]) {
      for (const [method, path] of [
        ['GET', '/dead-letters'],
        ['GET', `/dead-letters/${id}`],
        ['DELETE', `/dead-letters/${id}`],
        ['POST', `/dead-letters/${id}/replay`],
      ] as const) {
        expect((await app.ask(method, path, { token })).status).toBe(403);
      }
    }
    const stranger = await app.tenant();
    expect((await replay(id, stranger.token.Owner)).status).toBe(404);
    expect((await app.ask('GET', `/dead-letters/${id}`, { token: stranger.token.Owner })).status).toBe(404);
  });
});
