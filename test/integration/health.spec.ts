import { TestApp } from '../support/app';

describe('/health', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it.each([
    ['a right is missing', 'REVOKE SELECT ON migrations FROM goal_app', 'permission denied for table migrations'],
    ['a table is missing', 'ALTER TABLE migrations RENAME TO elsewhere', 'relation "migrations" does not exist'],
  ])('says what PostgreSQL answered where %s, and that it did', async (_why, harm, said) => {
    await app.rows(harm);
    expect(await app.ask('GET', '//health')).toMatchObject({
      status: 503,
      body: {
        status: 'unhealthy',
        database_connected: true,
        details: { migrations: { state: 'down', detail: said } },
      },
    });
  });
});
