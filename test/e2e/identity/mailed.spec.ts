import { randomUUID } from 'node:crypto';
import { eventually, TestApp, type Answer } from '../../support/app';
import { MailReceiver } from '../../support/mail-receiver';

const PASSWORD = 'a rather long pass phrase';

describe('Where the installation sends mail', () => {
  const receiver = new MailReceiver();
  let app: TestApp;

  beforeAll(async () => {
    const port = await receiver.begin();
    app = await TestApp.start({ SMTP_URL: `smtp://127.0.0.1:${String(port)}` });
  });
  afterAll(async () => {
    await app.stop();
    await receiver.end();
  });

  const post = (path: string, body: object, token?: string): Promise<Answer> =>
    app.ask('POST', path, { body, ...(token !== undefined && { token }) });

  /** The token in the only letter that somebody got; mail breaks long lines. */
  const mailed = async (email: string): Promise<string> => {
    const [letter] = await eventually(
      () => Promise.resolve(receiver.to({ email })),
      ({ length }) => length === 1,
    );
    return /"token": "([^"]+)"/.exec(letter!.text.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '='))![1]!;
  };

  it('an account is good once its address is confirmed by what was mailed to it', async () => {
    const email = `${randomUUID()}@example.com`;
    const made = await post('/auth/register', { email, password: PASSWORD, name: 'Ada', tenant_name: 'Engines' });
    expect(made).toMatchObject({ status: 201, body: { email, access_token: null, refresh_token: null } });
    const login = () => post('/auth/login', { email, password: PASSWORD });
    expect(await login()).toMatchObject({ status: 401, body: { code: 'credentials.wrong' } });
    const token = await mailed(email);
    expect((await post('/auth/verify-email', { token: `${token}x` })).status).toBe(401);
    expect((await post('/auth/verify-email', { token })).status).toBe(204);
    expect((await login()).status).toBe(200);
    expect((await post('/auth/verify-email', { token })).status).toBe(204);
    const log = await app.rows('SELECT action FROM audit_log WHERE action = $1', ['user.email_confirmed']);
    expect(log).toHaveLength(1);
    // Neither the registration nor the attempt within the same minute has sent a second one.
    expect(receiver.to({ email })).toHaveLength(1);
  });

  it('an invitation is mailed, and its token shown to nobody else', async () => {
    const { token: owner } = await app.tenant();
    const email = `${randomUUID()}@example.com`;
    const invited = await post('/users/invitations', { email, role: 'Editor' }, owner.Owner);
    expect(invited).toMatchObject({ status: 201, body: { token: null } });
    const token = await mailed(email);
    expect((await post('/auth/accept-invitation', { token, name: 'Grace', password: PASSWORD })).status).toBe(201);
    expect((await post('/auth/login', { email, password: PASSWORD })).status).toBe(200);
  });
});
