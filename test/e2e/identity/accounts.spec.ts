import { randomUUID } from 'node:crypto';
import { hash as bcrypt } from 'bcryptjs';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { eventually, TestApp, type Answer } from '../../support/app';
import { altered } from '../support/credentials';

const PASSWORD = 'a rather long pass phrase';

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const post = (path: string, body: object, token?: string): Promise<Answer> =>
  app.ask('POST', `/auth/${path}`, { body, ...(token !== undefined && { token }) });

const me = (token: unknown): Promise<Answer> => app.ask('GET', '/auth/me', { token: String(token) });

interface Registered {
  readonly email: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

const registered = async (more: object = {}): Promise<Registered> => {
  const email = `${randomUUID()}@example.com`;
  const answer = await post('register', { email, password: PASSWORD, name: 'Ada', tenant_name: 'Engines', ...more });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body as unknown as Registered;
};

const login = (email: string, password = PASSWORD): Promise<Answer> => post('login', { email, password });

const audited = (tenantId: string) =>
  app.rows<{ action: string; changes: unknown }>(
    'SELECT action, changes FROM audit_log WHERE tenant_id = $1 ORDER BY occurred_at, id',
    [tenantId],
  );

describe('Whoever registers', () => {
  it('gets a tenant of which they are the Owner, and tokens that open it at once', async () => {
    const made = await registered();
    expect(made).toMatchObject({ role: 'Owner', token_type: 'Bearer', expires_in: 1800, tenant_name: 'Engines' });
    const { body } = await me(made.access_token);
    expect(body).toMatchObject({ user_id: made.user_id, tenant_id: made.tenant_id, role: 'Owner', name: 'Ada' });
    expect(body.permissions).toEqual(expect.arrayContaining(['goal:create', 'user:delete']));
    const goal = { name: 'A goal', goal_type: 'strategic' };
    expect((await app.ask('POST', '/goals', { token: made.access_token, body: goal })).status).toBe(201);
    const log = await audited(made.tenant_id);
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['tenant.created', 'user.created', 'session.begun']),
    );
    expect(JSON.stringify(log)).not.toMatch(/argon2|pass phrase/);
  });

  it('with an address that somebody has, in whatever case, is refused, and nothing is left of the tenant', async () => {
    const { email } = await registered();
    const again = { email: email.toUpperCase(), password: PASSWORD, name: 'Bob', tenant_name: `Left over ${email}` };
    expect(await post('register', again)).toMatchObject({ status: 409, body: { code: 'email.taken' } });
    expect(await app.rows('SELECT FROM tenants WHERE name = $1', [again.tenant_name])).toEqual([]);
  });

  it('has to choose a password that is long enough and not among the first that are tried', async () => {
    const asked = { email: 'someone@example.com', name: 'Someone', tenant_name: 'Some' };
    for (const [password, code] of [
      ['eleven char', 'length'],
      ['x'.repeat(129), 'length'],
      ['Password123456', 'too-common'],
      ['aaaaaaaaaaaaaa', 'too-common'],
      ['Someone@Example.com', 'too-common'],
    ])
      expect(await post('register', { ...asked, password })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/password', code }] },
      });
  });

  it('is told all that is wrong at once', async () => {
    expect(await post('register', { email: 'nobody', password: 1, name: '', role: 'Owner' })).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining(
          [...'email password name tenant_name role'.split(' ')].map(
            (name) => expect.objectContaining({ pointer: `/${name}` }) as unknown,
          ),
        ) as unknown,
      },
    });
  });
});

describe('Whoever logs in', () => {
  it('gets tokens for the right password, by an address in any case', async () => {
    const { email, user_id } = await registered();
    const { status, body } = await login(email.toUpperCase());
    expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 1800 } });
    expect(await me(body.access_token)).toMatchObject({ status: 200, body: { user_id } });
  });

  it('gets one answer and one hash verified whatever is wrong', async () => {
    const [{ email }, disabled] = [await registered(), await registered()];
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [disabled.user_id]);
    const verify = jest.spyOn(app.nest.get(PasswordHasher), 'verify');
    const texts = new Set<string>();
    for (const answer of [
      await login('nobody@example.com'),
      await login(email, 'another pass phrase'),
      await login(disabled.email),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'credentials.wrong' } });
      texts.add(answer.text.replace(/"instance":"[^"]*"/, ''));
    }
    expect(texts.size).toBe(1);
    expect(verify).toHaveBeenCalledTimes(3);
    verify.mockRestore();
  });

  it('with a bcrypt hash of before has it replaced by an Argon2id one', async () => {
    const { email, user_id } = await registered();
    await app.rows('UPDATE users SET password_hash = $2 WHERE id = $1', [user_id, await bcrypt(PASSWORD, 4)]);
    expect((await login(email, 'another pass phrase')).status).toBe(401);
    expect((await login(email)).status).toBe(200);
    const [row] = await app.rows<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [user_id]);
    expect(row!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await login(email)).status).toBe(200);
  });

  it('beside a few others waits for a moment, and among many is asked to come again', async () => {
    const { email } = await registered();
    const several = (many: number) => Promise.all(Array.from({ length: many }, () => login(email)));
    expect((await several(8)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const answers = await several(60);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
    for (const answer of busy)
      expect(answer).toMatchObject({ headers: { 'retry-after': '5' }, body: { code: 'passwords.busy' } });
  });

  it('or changes a password, or joins, holds no connection while it waits: others are answered', async () => {
    const { email, access_token: token } = await registered();
    const invited = await app.ask('POST', '/users/invitations', {
      ...{ token, body: { email: `${randomUUID()}@example.com`, role: 'Viewer' } },
    });
    const change = { current_password: 'not the present one', new_password: PASSWORD };
    const join = { token: invited.body.token, name: 'Grace', password: PASSWORD };
    let go: () => void = () => undefined;
    const held = new Promise<boolean>((resolve) => (go = () => resolve(false)));
    const verify = jest.spyOn(app.nest.get(PasswordHasher), 'verify').mockReturnValue(held);
    const waiting = Array.from({ length: 8 }, () => [login(email), post('password', change, token)]).flat();
    waiting.push(...Array.from({ length: 8 }, () => post('accept-invitation', join)));
    await eventually(
      () => Promise.resolve(verify.mock.calls.length),
      (calls) => calls === 4,
    );
    expect((await me(token)).status).toBe(200);
    expect((await app.ask('GET', '/goals', { token })).status).toBe(200);
    go();
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([401, 422, 201]));
    verify.mockRestore();
  });
});

describe('A refresh token', () => {
  const refresh = (refresh_token: unknown): Promise<Answer> => post('refresh', { refresh_token });

  it('is good once, and its successor too', async () => {
    const first = await registered();
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
    expect((await me(second.body.access_token)).status).toBe(200);
  });

  it('used by twenty at once gives all of them the same successor, in one line', async () => {
    const { refresh_token, tenant_id } = await registered();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refresh_token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(await app.rows('SELECT generation, ended_at FROM sessions WHERE tenant_id = $1', [tenant_id])).toEqual([
      { generation: 2, ended_at: null },
    ]);
  });

  it('used again later ends its session, with all that came of it, and is audited', async () => {
    const { refresh_token, tenant_id } = await registered();
    const { body } = await refresh(refresh_token);
    await app.rows(`UPDATE sessions SET rotated_at = rotated_at - interval '11 s' WHERE tenant_id = $1`, [tenant_id]);
    expect(await refresh(refresh_token)).toMatchObject({ status: 401, body: { code: 'refresh-token.invalid' } });
    expect((await refresh(body.refresh_token)).status).toBe(401);
    expect((await me(body.access_token)).status).toBe(401);
    expect((await audited(tenant_id)).map(({ action }) => action)).toContain('session.reuse_detected');
  });

  it('of a session that began seven days ago is worthless, and does not move its end', async () => {
    const { refresh_token, tenant_id } = await registered();
    const ends = () => app.rows('SELECT expires_at FROM sessions WHERE tenant_id = $1', [tenant_id]);
    const before = await ends();
    const { body } = await refresh(refresh_token);
    expect(await ends()).toEqual(before);
    await app.rows(`UPDATE sessions SET expires_at = now() - interval '1 s' WHERE tenant_id = $1`, [tenant_id]);
    expect((await refresh(body.refresh_token)).status).toBe(401);
  });

  it('opens nothing itself; nor does an access token refresh, or anything that is none', async () => {
    const { refresh_token, access_token } = await registered();
    expect((await me(refresh_token)).status).toBe(401);
    for (const wrong of [access_token, 'x', `${refresh_token}x`, altered(refresh_token), 'a.b.c'])
      expect(await refresh(wrong)).toMatchObject({ status: 401, body: { code: 'refresh-token.invalid' } });
  });

  it('of a member who was disabled is worthless', async () => {
    const { refresh_token, user_id } = await registered();
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [user_id]);
    expect((await refresh(refresh_token)).status).toBe(401);
  });
});

describe('Whoever has come in', () => {
  it('is out by logging out, in this session only', async () => {
    const { email, access_token } = await registered();
    const other = await login(email);
    const again = await post('refresh', { refresh_token: other.body.refresh_token });
    expect(await post('logout', {}, String(again.body.access_token))).toMatchObject({ status: 204 });
    // Nobody has seen this token yet: it is not taken on the word of a minute ago.
    expect((await me(other.body.access_token)).status).toBe(401);
    expect((await post('refresh', { refresh_token: again.body.refresh_token })).status).toBe(401);
    expect((await me(access_token)).status).toBe(200);
  });

  it('takes another password by the present one, which ends every session', async () => {
    const { email, access_token, refresh_token, tenant_id } = await registered();
    const other = await login(email);
    const chosen = 'quite another pass phrase';
    const change = (current_password: string, new_password: string) =>
      post('password', { current_password, new_password }, access_token);
    expect(await change('not this one at all', chosen)).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/current_password', code: 'wrong' }] } },
    });
    expect(await change(PASSWORD, 'short')).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/new_password', code: 'length' }] } },
    });
    expect((await change(PASSWORD, chosen)).status).toBe(204);
    for (const token of [refresh_token, other.body.refresh_token])
      expect((await post('refresh', { refresh_token: token })).status).toBe(401);
    expect((await me(other.body.access_token)).status).toBe(401);
    expect((await login(email)).status).toBe(401);
    expect((await login(email, chosen)).status).toBe(200);
    expect((await audited(tenant_id)).filter(({ action }) => action === 'user.password_changed')).toEqual([
      { action: 'user.password_changed', changes: {} },
    ]);
  });

  it('and is removed, disabled or demoted, is out or has the weaker role', async () => {
    const { email, user_id } = await registered();
    const [first, second, third] = [await login(email), await login(email), await login(email)];
    await app.rows(`UPDATE users SET role = 'Viewer' WHERE id = $1`, [user_id]);
    expect(await me(first.body.access_token)).toMatchObject({ body: { role: 'Viewer' } });
    const goal = { name: 'A goal', goal_type: 'strategic' };
    const create = await app.ask('POST', '/goals', { token: String(first.body.access_token), body: goal });
    expect(create.status).toBe(403);
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [user_id]);
    expect((await me(second.body.access_token)).status).toBe(401);
    await app.rows(`DELETE FROM users WHERE id = $1`, [user_id]);
    expect((await me(third.body.access_token)).status).toBe(401);
  });
});
