import { createHmac, randomUUID } from 'node:crypto';
import { eventually, TestApp, type Tenant } from '../support/app';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const SECRET = 'a secret that producers know';
const STREAM = 'goal-service:events:in:0';

describe('Where producers sign their messages', () => {
  let app: TestApp;
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(async () => {
    const [id, foreign] = [randomUUID(), randomUUID()];
    app = await TestApp.start({
      EVENT_SIGNING_KEYS: `shop:${SECRET}:*,crm:another ${SECRET}:${id}`.replaceAll(' ', '-'),
    });
    [tenant, other] = [await app.tenant(id), await app.tenant(foreign)];
  });
  afterAll(() => app.stop());

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
      await app.redis.xadd(STREAM, '*', 'event', text, 'key_id', key, 'signature', sign(text, key));
      await over(isOver);
    }
    expect(await letters()).toEqual([]);
  });

  it('one that is not, or wrongly, or by a key of another tenant is a dead letter, and its neighbours go on', async () => {
    const bad = await waiting(tenant);
    const foreign = await waiting(other);
    const good = await waiting(tenant);
    const add = (text: string, ...fields: string[]) => app.redis.xadd(STREAM, '*', 'event', text, ...fields);
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
    await app.redis.publish('form.submitted', bad.text);
    await app.redis.publish('form.submitted', wrapped(bad.text, sign(good.text)));
    await app.redis.publish('form.submitted', wrapped(good.text, sign(good.text)));
    await over(good.isOver);
    const kept = await eventually(letters, ({ length }) => length >= before + 2);
    expect(kept.map(({ raw }) => raw.toString())).toContain(bad.text);
    expect(await bad.isOver()).toBe(false);
  });
});
