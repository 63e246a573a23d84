import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { eventually, TestApp, type Tenant } from '../support/app';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const LINES = readFileSync(join(PROJECT_FOLDER, 'docs/redis-acl.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('ACL SETUSER '));

describe('With the users of docs/redis-acl.md', () => {
  let server: PrivateRedis;
  let app: TestApp;
  let tenant: Tenant;
  const opened: Redis[] = [];

  const as = (user: string): string => {
    const url = new URL(server.url);
    [url.username, url.password] = [user, `CHANGE-ME-${user.replace('goal-', '').toUpperCase()}`];
    return url.href;
  };
  const connection = (user: string): Redis => {
    // Neither may ask the server how it is.
    const redis = new Redis(as(user), { maxRetriesPerRequest: 0, enableReadyCheck: false });
    opened.push(redis);
    return redis;
  };

  beforeAll(async () => {
    server = await privateRedis();
    const admin = new Redis(server.url);
    for (const line of LINES) {
      const [, ...words] = line.split(' ');
      await admin.call('ACL', ...words);
    }
    admin.disconnect();
    app = await TestApp.start({ REDIS_URL: as('goal-service') });
    tenant = await app.tenant();
  });
  afterAll(async () => {
    for (const redis of opened) redis.disconnect();
    await app.stop();
    await server.stop();
  });

  /** An open enrollment, and the event that ends it. */
  const waiting = async () => {
    const [formId, contact] = [randomUUID(), randomUUID()];
    const workflow = await seedWorkflow(app, tenant.id, [
      { goalType: 'form_submitted', criteria: { form_id: formId } },
    ]);
    await seedEnrollments(app, tenant.id, workflow.id, [contact]);
    const event = {
      event_type: 'form.submitted',
      tenant_id: tenant.id,
      contact_id: contact,
      data: { form_id: formId },
    };
    const isOver = async () =>
      (await app.rows(`SELECT FROM workflow_enrollments WHERE workflow_id = $1 AND status <> 'active'`, [workflow.id]))
        .length === 1;
    return { text: JSON.stringify(event), over: () => eventually(isOver, (is) => is) };
  };

  it('a producer hands in events on both ways, which the service decides and the consumer hears of', async () => {
    const [producer, consumer] = [connection('producer'), connection('consumer')];
    const [onStream, onChannel] = [await waiting(), await waiting()];
    await producer.xadd('goal-service:events:in:0', '*', 'event', onStream.text);
    await onStream.over();
    await producer.publish('form.submitted', onChannel.text);
    await onChannel.over();
    const told = await eventually(
      () => consumer.xrange('goal-service:events:out', '-', '+'),
      (entries) => JSON.stringify(entries).includes('workflow.exit.goal'),
    );
    expect(JSON.stringify(told)).toContain(tenant.id);
    await consumer.subscribe('goal_events');
    expect((await app.ask('GET', '//health')).body).toMatchObject({ status: 'healthy', redis_connected: true });
  });

  it('neither does anything else', async () => {
    const [producer, consumer] = [connection('producer'), connection('consumer')];
    const nobody = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    nobody.on('error', () => undefined);
    opened.push(nobody);
    for (const refused of [
      () => producer.xrange('goal-service:events:in:0', '-', '+'),
      () => producer.xadd('goal-service:events:out', '*', 'event', '{}'),
      () => producer.publish('goal_events', '{}'),
      () => producer.get('goal-service:anything'),
      () => producer.flushall(),
      () => consumer.xadd('goal-service:events:in:0', '*', 'event', '{}'),
      () => consumer.xrange('goal-service:events:in:0', '-', '+'),
      () => consumer.subscribe('form.submitted'),
      () => connection('goal-service').flushall(),
      () => connection('goal-service').get('somebody-elses'),
      () => nobody.ping(),
    ])
      await expect(refused()).rejects.toThrow(/NOPERM|NOAUTH|closed/);
  });
});
