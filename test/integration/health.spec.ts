import { Ajv } from 'ajv';
import { documentOfApi } from '#infrastructure/http/document';
import { TestApp } from '../support/app';

describe('/health', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it.each(['/health', '/health/live', '/health/ready', '/.well-known/jwks.json'])(
    'answers under %s what openapi.json says',
    async (path) => {
      const response = (await documentOfApi()).paths[path]?.get?.responses['200'];
      const [json] = response && 'content' in response ? Object.values(response.content ?? {}) : [];
      const fits = new Ajv({ strict: false }).compile(json!.schema!);
      expect(fits((await app.ask('GET', `/${path}`)).body) ? [] : fits.errors).toEqual([]);
    },
  );

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
