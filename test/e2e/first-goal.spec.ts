import { TestApp, type Tenant } from '../support/app';

describe('A contact reaches a workflow goal', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  it('makes and reads a workflow', async () => {
    const made = await app.ask('POST', '/workflows', { token: tenant.token.Editor, body: { name: 'Abandoned cart' } });
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { name: 'Abandoned cart', status: 'draft' },
    });
    const read = await app.ask('GET', `/workflows/${String(made.body.id)}`, { token: tenant.token.Viewer });
    expect(read.body).toEqual(made.body);
    expect(made.headers.location).toBe(`/api/v1/workflows/${String(made.body.id)}`);
  });
});
