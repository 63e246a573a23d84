import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Retention } from '#infrastructure/database/retention';
import { TestApp, type Tenant } from '../support/app';

describe('what runs by itself in a worker', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  it('removes idempotency keys of more than 24 hours ago', async () => {
    const keep = (key: string, age: string) =>
      app.rows(
        `INSERT INTO idempotency_keys (tenant_id, caller, key, request_hash, answer, created_at)
         VALUES ($1, '', $2, '', '{}', now() - $3::interval)`,
        [tenant.id, key, age],
      );
    await keep('old', '24 hours 1 minute');
    await keep('young', '23 hours 59 minutes');
    await app.nest.get(Retention).purge();
    expect(await app.rows('SELECT key FROM idempotency_keys')).toEqual([{ key: 'young' }]);
  });

  it('removes however many keys a few at a time', async () => {
    await app.rows(
      `INSERT INTO idempotency_keys (tenant_id, caller, key, request_hash, answer, created_at)
       SELECT $1, '', 'many ' || n, '', '{}', now() - interval '2 days' FROM generate_series(1, 1200) AS n`,
      [tenant.id],
    );
    const [first] = await app.rows('SELECT jobs_purge_idempotency_keys(now(), 500) AS gone');
    await app.nest.get(Retention).purge();
    expect(first).toEqual({ gone: 500 });
    expect(await app.rows(`SELECT key FROM idempotency_keys WHERE key LIKE 'many %'`)).toEqual([]);
  });

  it('removes dead letters of more than 30 days ago, those of no tenant too', async () => {
    await app.rows(
      `INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
       SELECT t, gen_random_uuid(), 'stream', n || age || coalesce(t::text, ''), 'not_json', '', '', now(), now() - age::interval
       FROM unnest(ARRAY[$1, NULL]::uuid[]) AS t, unnest(ARRAY['31 days', '29 days']) AS age, generate_series(1, 600) AS n`,
      [tenant.id],
    );
    await app.nest.get(Retention).purge();
    const left = `SELECT tenant_id, count(*)::int AS n, max(now() - created_at) < interval '30 days' AS young
                  FROM dead_letters GROUP BY tenant_id ORDER BY tenant_id`;
    expect(await app.rows(left)).toEqual([
      { tenant_id: tenant.id, n: 600, young: true },
      { tenant_id: null, n: 600, young: true },
    ]);
  });

  it('shows the operator the dead letters of no tenant and nothing else', async () => {
    await app.rows('DELETE FROM dead_letters');
    const ids = [randomUUID(), randomUUID()];
    await app.rows(
      `INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
       SELECT t, id, 'stream', id::text, 'not_json', '', '', now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS l (t, id)`,
      [[tenant.id, null], ids],
    );
    const operator = new Client({ connectionString: app.database.ownerUrl });
    await operator.connect();
    try {
      await operator.query('SET ROLE goal_intake');
      expect((await operator.query('SELECT id FROM dead_letters')).rows).toEqual([{ id: ids[1] }]);
      expect((await operator.query('DELETE FROM dead_letters')).rowCount).toBe(1);
      await expect(operator.query('SELECT 1 FROM tenants')).rejects.toThrow('permission denied');
    } finally {
      await operator.end();
    }
  });
});
