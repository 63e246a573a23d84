import { randomUUID } from 'node:crypto';
import { PERMISSIONS } from '#domain/shared/permissions';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { TestApp, type Answer, type Method, type Tenant } from '../../support/app';
import { altered } from '../support/credentials';

const PASSWORD = 'a rather long pass phrase';

let app: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  app = await TestApp.start();
});
beforeEach(async () => {
  tenant = await app.tenant();
});
afterAll(() => app.stop());

const ask = (method: Method, path: string, body?: object, more: { token?: string; version?: number } = {}) =>
  app.ask(method, path, {
    token: more.token ?? tenant.token.Owner,
    ...(body && { body }),
    ...(more.version !== undefined && { headers: { 'if-match': `"${String(more.version)}"` } }),
  });

const accept = (token: unknown, more: object = {}): Promise<Answer> =>
  app.ask('POST', '/auth/accept-invitation', { body: { token, name: 'Joined', password: PASSWORD, ...more } });

/** Somebody who was invited and has joined, with a token of theirs. */
const joined = async (role: string): Promise<{ id: string; email: string; token: string }> => {
  const email = `${randomUUID()}@example.com`;
  const invited = await ask('POST', '/users/invitations', { email, role });
  const { body } = await accept(invited.body.token);
  const login = await app.ask('POST', '/auth/login', { body: { email, password: PASSWORD } });
  if (login.status !== 200) throw new Error(`${invited.text} ${login.text}`);
  return { id: String(body.id), email, token: String(login.body.access_token) };
};

const actions = async (): Promise<string[]> =>
  (await app.rows<{ action: string }>('SELECT action FROM audit_log WHERE tenant_id = $1', [tenant.id])).map(
    ({ action }) => action,
  );

describe('Who is invited', () => {
  it('joins in the role that was offered, once, with a confirmed address', async () => {
    const email = `${randomUUID()}@example.com`;
    const invited = await ask('POST', '/users/invitations', { email, role: 'Editor' });
    expect(invited).toMatchObject({
      status: 201,
      body: { email, role: 'Editor', token: expect.any(String) as string },
    });
    expect((await ask('GET', `/users/invitations/${String(invited.body.id)}`)).body).toMatchObject({ token: null });
    expect(await accept(invited.body.token, { password: 'short' })).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/password' }] } },
    });
    const made = await accept(invited.body.token);
    expect(made).toMatchObject({ status: 201, body: { email, role: 'Editor', name: 'Joined', status: 'active' } });
    expect(made.headers.location).toBe(`/api/v1/users/${String(made.body.id)}`);
    expect(made.body.email_confirmed_at).not.toBeNull();
    expect(await accept(invited.body.token)).toMatchObject({ status: 401, body: { code: 'invitation.invalid' } });
    expect(await actions()).toEqual(
      expect.arrayContaining(['invitation.created', 'invitation.accepted', 'user.created']),
    );
  });

  it('by a token that is wrong, altered or too old does not join', async () => {
    const { body } = await ask('POST', '/users/invitations', { email: 'a@example.com', role: 'Viewer' });
    const token = String(body.token);
    for (const wrong of ['x', altered(token)]) expect((await accept(wrong)).status).toBe(401);
    await app.rows(`UPDATE invitations SET expires_at = now() - interval '1 s' WHERE tenant_id = $1`, [tenant.id]);
    expect((await accept(token)).status).toBe(401);
  });

  it('twice at the same moment joins once', async () => {
    const email = `${randomUUID()}@example.com`;
    const { body } = await ask('POST', '/users/invitations', { email, role: 'Viewer' });
    const answers = await Promise.all([accept(body.token), accept(body.token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401]);
  });

  it('with an address of another tenant is invited all the same, and told so when joining', async () => {
    const { email } = await joined('Viewer');
    expect(await ask('POST', '/users/invitations', { email, role: 'Viewer' })).toMatchObject({ status: 409 });
    tenant = await app.tenant();
    const invited = await ask('POST', '/users/invitations', { email, role: 'Viewer' });
    expect(invited.status).toBe(201);
    expect(await accept(invited.body.token)).toMatchObject({ status: 409, body: { code: 'email.taken' } });
  });

  it('to be an Owner is invited by an Owner', async () => {
    const admin = await joined('Admin');
    const body = { email: `${randomUUID()}@example.com`, role: 'Owner' };
    expect((await ask('POST', '/users/invitations', body, admin)).status).toBe(403);
    expect((await ask('POST', '/users/invitations', body)).status).toBe(201);
  });
});

describe('A member', () => {
  it('is listed, found by address in any case, and read with a version', async () => {
    const { id, email } = await joined('Editor');
    const list = await ask('GET', `/users?email=${email.toUpperCase()}`);
    expect(list.body).toMatchObject({ total: 1, items: [{ id, email, role: 'Editor', version: 1 }] });
    expect(list.text).not.toMatch(/hash|argon/);
    const { headers } = await ask('GET', `/users/${id}`);
    expect(headers.etag).toBe('"1"');
    const again = await app.ask('GET', `/users/${id}`, {
      ...{ token: tenant.token.Owner, headers: { 'if-none-match': '"1"' } },
    });
    expect(again.status).toBe(304);
  });

  it('gets another role by whoever may, which is audited, and counts at once for new tokens', async () => {
    const { id, email } = await joined('Viewer');
    const edit = { role: 'Editor', name: 'Another' };
    expect(await ask('PATCH', `/users/${id}`, edit)).toMatchObject({ status: 428 });
    expect(await ask('PATCH', `/users/${id}`, edit, { version: 1 })).toMatchObject({
      ...{ status: 200, body: { role: 'Editor', name: 'Another', version: 2, updated_by: tenant.userId } },
    });
    expect(await ask('PATCH', `/users/${id}`, edit, { version: 1 })).toMatchObject({ status: 412 });
    const [row] = await app.rows(`SELECT changes FROM audit_log WHERE entity_id = $1 AND action = 'user.updated'`, [
      id,
    ]);
    expect(row!.changes).toEqual({ role: { old: 'Viewer', new: 'Editor' }, name: { old: 'Joined', new: 'Another' } });
    const { body } = await app.ask('POST', '/auth/login', { body: { email, password: PASSWORD } });
    const goal = { name: 'A goal', goal_type: 'strategic' };
    expect((await ask('POST', '/goals', goal, { token: String(body.access_token) })).status).toBe(201);
  });

  it('who is disabled is out, and in again when enabled', async () => {
    const { id, email, token } = await joined('Editor');
    await ask('PATCH', `/users/${id}`, { status: 'disabled' }, { version: 1 });
    expect((await ask('GET', '/goals', undefined, { token })).status).toBe(401);
    const login = () => app.ask('POST', '/auth/login', { body: { email, password: PASSWORD } });
    expect((await login()).status).toBe(401);
    await ask('PATCH', `/users/${id}`, { status: 'active' }, { version: 2 });
    expect((await login()).status).toBe(200);
  });

  it('who is removed is out with their sessions and keys; the address is free, and what they made stays', async () => {
    const { id, email, token } = await joined('Admin');
    const goal = await ask('POST', '/goals', { name: 'Theirs', goal_type: 'strategic' }, { token });
    const key = await ask('POST', '/api-keys', { name: 'Theirs', scopes: ['goal:read'] }, { token });
    expect((await ask('DELETE', `/users/${id}`, undefined, { version: 1 })).status).toBe(204);
    app.nest.get(KnownTokens).forgetAll();
    expect((await ask('GET', '/goals', undefined, { token })).status).toBe(401);
    expect((await ask('GET', '/goals', undefined, { token: String(key.body.key) })).status).toBe(401);
    expect((await ask('GET', `/goals/${String(goal.body.id)}`)).body).toMatchObject({ created_by: id });
    expect((await ask('POST', '/users/invitations', { email, role: 'Viewer' })).status).toBe(201);
    expect(await actions()).toContain('user.deleted');
  });

  it('who is the last active Owner stays one', async () => {
    const path = `/users/${tenant.userId}`;
    for (const edit of [{ role: 'Admin' }, { status: 'disabled' }])
      expect(await ask('PATCH', path, edit, { version: 1 })).toMatchObject({
        ...{ status: 409, body: { code: 'user.last-owner' } },
      });
    expect((await ask('DELETE', path, undefined, { version: 1 })).status).toBe(409);
    expect((await ask('PATCH', path, { name: 'Olivia' }, { version: 1 })).status).toBe(200);
  });

  it('who is one of two Owners may go, but of two who go at once one stays', async () => {
    const { id } = await joined('Owner');
    const answers = await Promise.all([
      ask('PATCH', `/users/${id}`, { role: 'Admin' }, { version: 1 }),
      ask('PATCH', `/users/${tenant.userId}`, { role: 'Admin' }, { version: 1 }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('who is an Owner is changed and removed by an Owner only', async () => {
    const [owner, admin] = [await joined('Owner'), await joined('Admin')];
    const { token } = admin;
    expect((await ask('PATCH', `/users/${owner.id}`, { name: 'X' }, { token, version: 1 })).status).toBe(403);
    expect((await ask('DELETE', `/users/${owner.id}`, undefined, { token, version: 1 })).status).toBe(403);
    expect((await ask('PATCH', `/users/${admin.id}`, { role: 'Owner' }, { token, version: 1 })).status).toBe(403);
    expect((await ask('DELETE', `/users/${owner.id}`, undefined, { version: 1 })).status).toBe(204);
  });
});

describe('A name', () => {
  const faulty = (pointer: string) => ({ status: 422, body: { errors: [{ pointer, code: 'malformed' }] } });
  const register = (name: string, tenant_name: string) => {
    const body = { email: `${randomUUID()}@example.com`, password: PASSWORD, name, tenant_name };
    return app.ask('POST', '/auth/register', { body });
  };

  it.each([
    ['made of blanks', '  '],
    ['made of an empty line', ' \n '],
    ['of two lines', 'two\nlines'],
    ['too long', 'x'.repeat(201)],
  ])('%s is none, whoever or whatever it is of', async (_what, name) => {
    expect(await register(name, 'Engines')).toMatchObject(faulty('/name'));
    expect(await register('Ada', name)).toMatchObject(faulty('/tenant_name'));
    expect(await ask('PATCH', '/tenant', { name })).toMatchObject(faulty('/name'));
    expect(await ask('PATCH', `/users/${tenant.userId}`, { name }, { version: 1 })).toMatchObject(faulty('/name'));
    expect(await ask('POST', '/api-keys', { name, scopes: ['goal:read'] })).toMatchObject(faulty('/name'));
    expect(await accept('a token', { name })).toMatchObject(faulty('/name'));
  });

  it('is kept without blanks around it', async () => {
    expect((await register(' Rene\u0301 ', ' Engines\n')).body).toMatchObject({
      name: 'Ren\u00e9',
      tenant_name: 'Engines',
    });
    expect((await ask('PATCH', '/tenant', { name: ' Engines ' })).body).toMatchObject({ name: 'Engines' });
    const edited = await ask('PATCH', `/users/${tenant.userId}`, { name: ' Ada ' }, { version: 1 });
    expect(edited.body).toMatchObject({ name: 'Ada' });
  });
});

describe('A tenant', () => {
  it('has a name and settings of its own', async () => {
    expect((await ask('PATCH', '/tenant', { name: 'Engines', settings: { a: 1, b: { c: 2 } } })).status).toBe(200);
    const patched = await ask('PATCH', '/tenant', { settings: { a: null, b: { d: 3 } } });
    expect(patched.body).toMatchObject({ id: tenant.id, name: 'Engines', settings: { b: { c: 2, d: 3 } } });
    expect(await actions()).toEqual(['tenant.updated', 'tenant.updated']);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`s${String(n)}`, n]));
    expect((await ask('PATCH', '/tenant', { settings: many })).status).toBe(422);
    const large = (name: string) => ask('PATCH', '/tenant', { settings: { [name]: { text: 'x'.repeat(9_000) } } });
    expect((await large('e')).status).toBe(200);
    expect(await large('f')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/settings' }] } });
    expect((await ask('PATCH', '/tenant', { settings: { e: null } })).body).toMatchObject({
      settings: { b: { d: 3 } },
    });
    expect((await ask('PATCH', '/tenant', { name: 'x' }, { token: tenant.token.Editor })).status).toBe(403);
    expect((await ask('GET', '/tenant', undefined, { token: tenant.token.Viewer })).status).toBe(200);
  });
});

describe('An API key', () => {
  const made = async (scopes: readonly string[], more: object = {}): Promise<{ id: string; key: string }> => {
    const { status, body, text } = await ask('POST', '/api-keys', { name: 'Shop', scopes, ...more });
    if (status !== 201) throw new Error(text);
    return body as { id: string; key: string };
  };

  it('is shown once, stored hashed, and does what is in its scopes in its maker’s name', async () => {
    const { id, key } = await made(['goal:create', 'goal:read']);
    expect(key).toMatch(/^gsk_[0-9a-f]{64}_[\w-]{43}$/);
    const goal = await ask('POST', '/goals', { name: 'By a key', goal_type: 'strategic' }, { token: key });
    expect(goal).toMatchObject({ status: 201, body: { created_by: tenant.userId } });
    expect((await ask('GET', '/tasks', undefined, { token: key })).status).toBe(403);
    const [row] = await app.rows(`SELECT actor_id FROM audit_log WHERE entity_id = $1`, [String(goal.body.id)]);
    expect(row!.actor_id).toBe(id);
    const [told] = await app.rows<{ message: string }>(
      `SELECT message FROM outbox WHERE tenant_id = $1 AND message LIKE '%goal.created%'`,
      [tenant.id],
    );
    expect(JSON.parse(told!.message)).toMatchObject({ user_id: null, details: { api_key_id: id } });
    const list = await ask('GET', '/api-keys');
    expect(list.body).toMatchObject({ items: [{ id, scopes: ['goal:create', 'goal:read'], revoked_at: null }] });
    expect((list.body.items as { last_used_at: string }[])[0]!.last_used_at).not.toBeNull();
    const secret = key.slice(-43);
    expect(list.text).not.toContain(secret);
    const stored = await app.rows('SELECT row_to_json(k)::text AS row FROM api_keys k WHERE id = $1', [id]);
    expect(JSON.stringify([stored, await app.rows('SELECT changes FROM audit_log')])).not.toContain(secret);
  });

  it('has scopes that are permissions, named once, which its maker has', async () => {
    const body = { name: 'Wrong', scopes: ['goal:fly', 'goal:read', 'goal:read'] };
    expect(await ask('POST', '/api-keys', body)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { pointer: '/scopes/0', code: 'unknown' },
          { pointer: '/scopes/2', code: 'twice' },
        ],
      },
    });
    const { key } = await made(['api_key:create', 'goal:read']);
    const wide = { name: 'Wide', scopes: ['goal:read', 'goal:delete'] };
    expect(await ask('POST', '/api-keys', wide, { token: key })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/scopes/1', code: 'not-yours' }] },
    });
  });

  it('is not taken when wrong, revoked, over, or when its maker may not come in', async () => {
    const read = (key: string) => ask('GET', '/goals', undefined, { token: key });
    const { id, key } = await made(['goal:read']);
    expect((await read(altered(key))).status).toBe(401);
    expect((await ask('DELETE', `/api-keys/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/api-keys/${id}`)).status).toBe(404);
    expect((await read(key)).status).toBe(401);
    const past = await made(['goal:read'], { expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    await app.rows(`UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE id = $1`, [past.id]);
    expect((await read(past.key)).status).toBe(401);
    const orphan = await made(['goal:read']);
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [tenant.userId]);
    expect((await read(orphan.key)).status).toBe(401);
  });

  it('does what its maker may do today, whatever it was made with', async () => {
    const { key } = await made([...PERMISSIONS]);
    await app.rows(`UPDATE users SET role = 'Viewer' WHERE id = $1`, [tenant.userId]);
    const { body } = await ask('GET', '/auth/me', undefined, { token: key });
    expect(body.permissions).toContain('goal:read');
    expect(body.permissions).not.toContain('goal:create');
  });

  it('is not answered what its maker was answered under the same Idempotency-Key', async () => {
    const { key } = await made(['event:publish']);
    const goal = { name: 'Once', goal_type: 'strategic' };
    const create = (token: string) =>
      app.ask('POST', '/goals', { token, body: goal, headers: { 'idempotency-key': 'the-same' } });
    expect([(await create(tenant.token.Owner)).status, (await create(key)).status]).toEqual([201, 403]);
  });

  it('names no Owner, whoever made it', async () => {
    const { key } = await made(['user:create', 'user:update']);
    const email = `${randomUUID()}@example.com`;
    const refused = { status: 403, body: { code: 'forbidden', detail: expect.stringContaining('API key') as string } };
    expect(await ask('POST', '/users/invitations', { email, role: 'Owner' }, { token: key })).toMatchObject(refused);
    expect((await ask('POST', '/users/invitations', { email, role: 'Admin' }, { token: key })).status).toBe(201);
    const { id } = await joined('Admin');
    const edit = (body: object) => ask('PATCH', `/users/${id}`, body, { token: key, version: 1 });
    expect(await edit({ role: 'Owner' })).toMatchObject(refused);
    expect(await edit({ role: 'Editor' })).toMatchObject({ status: 200, body: { role: 'Editor' } });
  });

  it('has no password to change', async () => {
    const { key } = await made(['goal:read']);
    const body = { current_password: PASSWORD, new_password: 'quite another pass phrase' };
    expect((await ask('POST', '/auth/password', body, { token: key })).status).toBe(404);
  });
});
