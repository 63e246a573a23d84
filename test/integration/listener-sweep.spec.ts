import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { eventually, freshRedis, TestApp } from '../support/app';

const WORKFLOWS = 1200;

interface Told {
  readonly details: { readonly listeners: { readonly state: string } };
}

describe('the sweep of the listener registry (SPEC 4.6)', () => {
  let redisUrl: string;
  let first: TestApp;
  let second: TestApp;
  const warn = jest.spyOn(Logger.prototype, 'warn');

  beforeAll(async () => {
    redisUrl = await freshRedis();
    first = await TestApp.start({ REDIS_URL: redisUrl, LISTENER_CLEANUP_INTERVAL_SECONDS: '1' });
    second = await TestApp.start({
      REDIS_URL: redisUrl,
      DATABASE_URL: first.database.appUrl,
      LISTENER_CLEANUP_INTERVAL_SECONDS: '1',
    });
    await first.redis.select(Number(new URL(redisUrl).pathname.slice(1)));
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
    warn.mockRestore();
  });

  /** Workflows of one tenant with one goal each, every second one active, written past the service. */
  const seed = async (tenantId: string): Promise<void> => {
    await first.rows(
      `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
       SELECT $1, gen_random_uuid(), 'workflow ' || n, CASE n % 2 WHEN 0 THEN 'active' ELSE 'paused' END, 'any', '[]', 1, now(), now()
       FROM generate_series(1, $2) AS n`,
      [tenantId, WORKFLOWS],
    );
    await first.rows(
      `INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, position, version,
         created_at, updated_at)
       SELECT tenant_id, gen_random_uuid(), id, 'purchase_made', '{"any_purchase": true}', '', true, 1, 1, now(), now()
       FROM workflows WHERE tenant_id = $1`,
      [tenantId],
    );
  };

  it('begins once Redis is connected to, and so without a warning', async () => {
    await eventually(
      async () => (await first.ask<Told>('GET', '//health')).body.details.listeners.state,
      (state) => state === 'ok',
    );
    expect(warn.mock.calls).toEqual([]);
  });

  it('makes the registry agree, over many pages and tenants, every interval, with two workers at it at once', async () => {
    const tenants = [(await first.tenant()).id, (await first.tenant()).id];
    for (const tenant of tenants) await seed(tenant);
    const [orphan] = tenants;
    await first.redis.set(
      `goal-service:listeners:${String(orphan)}:${randomUUID()}`,
      JSON.stringify({ [randomUUID()]: { event_type: 'x', registered_at: new Date().toISOString() } }),
    );
    await first.redis.set('goal-service:listeners:somebody-elses', 'kept');
    const active = await first.rows<{ key: string }>(
      `SELECT 'goal-service:listeners:' || tenant_id || ':' || id AS key FROM workflows WHERE status = 'active' ORDER BY 1`,
    );
    const expected = [...active.map(({ key }) => key), 'goal-service:listeners:somebody-elses'].sort();
    expect(expected).toHaveLength(WORKFLOWS + 1);
    const found = await eventually(
      async () => (await first.redis.keys('goal-service:listeners:*')).sort(),
      (keys) => JSON.stringify(keys) === JSON.stringify(expected),
      20_000,
    );
    expect(found).toEqual(expected);
  });

  it('counts the active listeners for whoever watches', async () => {
    const { register } = await import('prom-client');
    await eventually(
      async () => (await register.getSingleMetric('goal_listeners_active')?.get())?.values[0]?.value,
      (value) => value === WORKFLOWS,
    );
  });
});
