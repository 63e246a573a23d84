import { createHmac, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { eventually, TestApp, type Tenant } from '../support/app';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const SECRET = 'a secret that producers know';
const STREAM = 'goal-service:events:in:0';

describe('Where producers sign their messages', () => {
  let app: TestApp;
  let tenant: Tenant;
  let other: Tenant;
  let server: PrivateRedis;
  let bus: Redis;

  beforeAll(async () => {
    const [id, foreign] = [randomUUID(), randomUUID()];
    // Of its own: whoever shares it would answer requests too.
    server = await privateRedis();
    app = await TestApp.start({
      REDIS_URL: server.url,
      EVENT_SIGNING_KEYS: `shop:${SECRET}:*,crm:another ${SECRET}:${id}`.replaceAll(' ', '-'),
    });
    bus = new Redis(server.url);
    [tenant, other] = [await app.tenant(id), await app.tenant(foreign)];
  });
  afterAll(async () => {
    bus.disconnect();
    await app.stop();
    await server.stop();
  });

  const keyed = (key: string): string => (key === 'shop' ? SECRET : `another ${SECRET}`).replaceAll(' ', '-');
  const sign = (text: string, key = 'shop'): string => createHmac('sha256', keyed(key)).update(text).digest('hex');

  /** An open enrollment that the event ends, and the event. */
  const waiting = async ({ id }: Tenant): Promise<{ text: string; isOver: () => Promise<boolean> }> => {
    const [formId, contact] = [randomUUID(), randomUUID()];
    const workflow = await seedWorkflow(app, id, [{ goalType: 'form_submitted', criteria: { form_id: formId } }]);
    await seedEnrollments(app, id, workflow.id, [contact]);
    const event = { event_type: 'form.submitted', tenant_id: id, contact_id: contact, data: { form_id: formId } };
    const isOver = async () =>
      (await app.rows(`SELECT FROM workflow_enrollments WHERE workflow_id = $1 AND status <> 'active'`, [workflow.id]))
        .length === 1;
    return { text: JSON.stringify(event), isOver };
  };

  /** Of these tenants: on the channels, other suites' unsigned events are heard here too. */
  const letters = async (): Promise<{ reason: string; raw: Buffer }[]> =>
    app.rows(
      `SELECT reason, raw FROM dead_letters
       WHERE reason = 'bad_signature' AND convert_from(raw, 'UTF8') LIKE ANY ($1) ORDER BY created_at`,
      [[tenant, other].map(({ id }) => `%${id}%`)],
    );
  const over = (isOver: () => Promise<boolean>) => eventually(isOver, (is) => is);

  it('an event of a stream counts when it is signed, by whatever key may speak for its tenant', async () => {
    for (const [key, whose] of [
      ['shop', tenant],
      ['shop', other],
      ['crm', tenant],
    ] as const) {
      const { text, isOver } = await waiting(whose);
      await bus.xadd(STREAM, '*', 'event', text, 'key_id', key, 'signature', sign(text, key));
      await over(isOver);
    }
    expect(await letters()).toEqual([]);
  });

  it('one that is not, or wrongly, or by a key of another tenant is a dead letter, and its neighbours go on', async () => {
    const bad = await waiting(tenant);
    const foreign = await waiting(other);
    const good = await waiting(tenant);
    const add = (text: string, ...fields: string[]) => bus.xadd(STREAM, '*', 'event', text, ...fields);
    await add(bad.text);
    await add(bad.text, 'key_id', 'shop');
    await add(bad.text, 'key_id', 'unknown', 'signature', sign(bad.text));
    await add(bad.text, 'key_id', 'shop', 'signature', sign(`${bad.text} `));
    await add(bad.text, 'key_id', 'shop', 'signature', sign(bad.text).toUpperCase());
    await add(bad.text, 'key_id', 'crm', 'signature', sign(bad.text));
    // As many characters as a right one has, and more bytes.
    await add(bad.text, 'key_id', 'shop', 'signature', 'é'.repeat(64));
    await add(foreign.text, 'key_id', 'crm', 'signature', sign(foreign.text, 'crm'));
    await add(good.text, 'key_id', 'shop', 'signature', sign(good.text));
    await over(good.isOver);
    await eventually(letters, ({ length }) => length === 8);
    expect([await bad.isOver(), await foreign.isOver()]).toEqual([false, false]);
  });

  it('an event on a channel counts when it is wrapped with its signature, and not otherwise', async () => {
    const [good, bad] = [await waiting(tenant), await waiting(tenant)];
    const before = (await letters()).length;
    const wrapped = (text: string, signature: string) => JSON.stringify({ signed: text, key_id: 'shop', signature });
    await bus.publish('form.submitted', bad.text);
    await bus.publish('form.submitted', wrapped(bad.text, sign(good.text)));
    await bus.publish('form.submitted', wrapped(good.text, sign(good.text)));
    await over(good.isOver);
    const kept = await eventually(letters, ({ length }) => length >= before + 2);
    expect(kept.map(({ raw }) => raw.toString())).toContain(bad.text);
    expect(await bad.isOver()).toBe(false);
  });

  it('a request is carried out when it is signed for its tenant, and not otherwise', async () => {
    const replies = new Redis(server.url);
    const heard: { id: string; response?: { ok: boolean; value?: { id?: string }; error?: unknown } }[] = [];
    replies.on('message', (_channel: string, text: string) => heard.push(JSON.parse(text) as (typeof heard)[number]));
    const names = ['evaluate_event', 'workflow_stats', 'enroll_contact', 'exit_enrollment'];
    await replies.subscribe(...names.map((name) => `goal_service.${name}.reply`));
    const asked = async (name: string, data: unknown) => {
      const [pattern, id] = [`goal_service.${name}`, randomUUID()];
      await bus.publish(pattern, JSON.stringify({ pattern, data, id }));
      const [reply] = await eventually(
        () => Promise.resolve(heard.filter((one) => one.id === id && one.response)),
        ({ length }) => length > 0,
      );
      return reply?.response;
    };
    const sealed = (data: object, key = 'shop', text = JSON.stringify(data)) => ({
      ...{ signed: text, key_id: key, signature: sign(text, key) },
    });
    const { id } = await seedWorkflow(app, tenant.id, []);
    const foreign = await seedWorkflow(app, other.id, []);
    const contact = { tenant_id: tenant.id, workflow_id: id, contact_id: randomUUID() };
    const stranger = { ...contact, tenant_id: other.id, workflow_id: foreign.id };
    const { text, isOver } = await waiting(tenant);
    const refused = { ok: false, error: { status: 403, code: 'request.bad-signature' } };
    for (const data of [contact, { ...sealed(contact), signature: sign('other') }, sealed(stranger, 'crm'), null])
      expect(await asked('enroll_contact', data)).toMatchObject(refused);
    expect(await asked('workflow_stats', contact)).toMatchObject(refused);
    expect(await asked('evaluate_event', JSON.parse(text))).toMatchObject(refused);
    expect(await isOver()).toBe(false);
    expect(await app.rows('SELECT FROM workflow_enrollments WHERE workflow_id = ANY ($1)', [[id, foreign.id]])).toEqual(
      [],
    );
    expect(await asked('enroll_contact', sealed(stranger))).toMatchObject({ ok: true });
    const enrolled = await asked('enroll_contact', sealed(contact, 'crm'));
    const exit = { tenant_id: tenant.id, enrollment_id: enrolled?.value?.id };
    expect(await asked('exit_enrollment', exit)).toMatchObject(refused);
    expect(await asked('exit_enrollment', sealed(exit, 'crm'))).toMatchObject({
      ok: true,
      value: { status: 'exited' },
    });
    expect(await asked('evaluate_event', sealed(JSON.parse(text) as object))).toMatchObject({
      ...{ ok: true, value: { outcome: 'achieved' } },
    });
    replies.disconnect();
  });
});
