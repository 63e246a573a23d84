import { DataSource } from 'typeorm';
import type { Pool } from 'pg';
import { eventually, TestApp } from '../support/app';

describe('A connection of the pool that breaks', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('while nobody listens to it ends nothing, and the next request is answered', async () => {
    const tenant = await app.tenant();
    const { master: pool } = app.nest.get(DataSource).driver as unknown as { master: Pool };
    // Lent out, as between two owners: nobody but itself listens.
    const client = await pool.connect();
    const [{ pid } = { pid: 0 }] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    await app.rows('SELECT pg_terminate_backend($1)', [pid]);
    await eventually(
      () =>
        client.query('SELECT 1').then(
          () => 'alive',
          () => 'broken',
        ),
      (state) => state === 'broken',
    );
    client.release(true);
    expect(await app.ask('GET', '/workflows', { token: tenant.token.Viewer })).toMatchObject({ status: 200 });
  });
});
