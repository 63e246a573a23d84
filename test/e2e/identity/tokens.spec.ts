import { createHmac, generateKeyPairSync, randomUUID, sign as signWith, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '#application/shared/tools';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { Tokens } from '#infrastructure/auth/tokens';
import { TestApp, type Answer, type Tenant } from '../../support/app';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Claims = Readonly<Record<string, unknown>>;

const claimsOf = (tenant: Tenant, more: Claims = {}): Claims => {
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ sub: tenant.userId, tenant_id: tenant.id, role: 'Owner', type: 'access', iat: now, exp: now + 600 },
    ...{ iss: 'goal-service', aud: 'goal-service', ...more },
  };
};

const signed = (key: KeyObject, header: Claims, claims: Claims): string => {
  const text = `${part({ typ: 'JWT', ...header })}.${part(claims)}`;
  const isRsaOrEc = key.asymmetricKeyType !== 'ed25519';
  const signature = signWith(isRsaOrEc ? 'sha256' : null, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
};

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const pairs = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

describe.each(['EdDSA', 'ES256'] as const)('Where a private key signs by %s, an access token', (algorithm) => {
  const { privateKey, publicKey } = pairs[algorithm]();
  const before = pairs[algorithm]();
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start({
      JWT_PRIVATE_KEY: pem(privateKey).replaceAll('\n', '\\n'),
      JWT_PREVIOUS_PUBLIC_KEYS: before.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  const read = async (token: string): Promise<number> => (await app.ask('GET', '/goals', { token })).status;
  const keySet = async () => (await app.ask<{ keys: Record<string, string>[] }>('GET', '//.well-known/jwks.json')).body;

  it('names its key, whose public half is published', async () => {
    const [header = ''] = tenant.token.Owner.split('.');
    const { keys } = await keySet();
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
      alg: algorithm,
      kid: keys[0]!.kid,
    });
    expect(keys).toMatchObject([{ alg: algorithm, use: 'sig' }, { alg: algorithm }]);
    expect(JSON.stringify(keys)).not.toContain(String(privateKey.export({ format: 'jwk' }).d));
    expect(await read(tenant.token.Owner)).toBe(200);
  });

  it('signed by the key before is still taken', async () => {
    const { keys } = await keySet();
    expect(await read(signed(before.privateKey, { alg: algorithm, kid: keys[1]!.kid }, claimsOf(tenant)))).toBe(200);
  });

  it('is not taken by any trick', async () => {
    const { keys } = await keySet();
    const { kid } = keys[0]!;
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const hmac = (secret: string, header: Claims): string => {
      const text = `${part({ typ: 'JWT', ...header })}.${part(claimsOf(tenant))}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const stranger = pairs[algorithm]().privateKey;
    for (const token of [
      hmac(spki, { alg: 'HS256', kid }),
      hmac('a secret of at least thirty-two bytes, for tests', { alg: 'HS256' }),
      hmac('', { alg: 'HS256', kid: '/dev/null' }),
      `${part({ alg: 'none', kid })}.${part(claimsOf(tenant))}.`,
      signed(stranger, { alg: algorithm, kid }, claimsOf(tenant)),
      signed(privateKey, { alg: algorithm, kid: 'unknown' }, claimsOf(tenant)),
      signed(privateKey, { alg: algorithm, kid: '../../keys/0' }, claimsOf(tenant)),
      signed(privateKey, { alg: algorithm, kid: 7 }, claimsOf(tenant)),
      signed(privateKey, { alg: algorithm }, claimsOf(tenant)),
      signed(privateKey, { alg: algorithm, kid }, claimsOf(tenant, { exp: undefined })),
      signed(privateKey, { alg: algorithm, kid }, claimsOf(tenant, { exp: Math.floor(Date.now() / 1000) })),
      signed(privateKey, { alg: algorithm, kid }, claimsOf(tenant, { aud: 'another' })),
      signed(privateKey, { alg: algorithm, kid }, claimsOf(tenant, { iss: 'another' })),
      signed(privateKey, { alg: algorithm, kid }, claimsOf(tenant, { type: 'refresh' })),
    ])
      expect([token, await read(token)]).toEqual([token, 401]);
  });
});

describe('Where no private key is set', () => {
  it('the set of keys is empty, and may be kept for a while', async () => {
    const app = await TestApp.start();
    const answer = await app.ask('GET', '//.well-known/jwks.json');
    await app.stop();
    expect(answer).toMatchObject({
      status: 200,
      body: { keys: [] },
      headers: { 'cache-control': 'public, max-age=300' },
    });
  });
});

describe('A token that was seen within the last minute', () => {
  it('costs no statement, and is looked at again when that has passed', async () => {
    const app = await TestApp.start();
    const tenant = await app.tenant();
    const ask = () => app.ask('GET', '/auth/me', { token: tenant.token.Owner });
    await ask();
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [tenant.userId]);
    expect((await ask()).status).toBe(200);
    app.nest.get(KnownTokens).forgetAll();
    expect((await ask()).status).toBe(401);
    await app.stop();
  });
});

describe('A token of another issuer', () => {
  const ISSUER = 'https://login.example.com';
  const keys = { old: generateKeyPairSync('rsa', { modulusLength: 2048 }), new: pairs.EdDSA() };
  let published: (keyof typeof keys)[] = ['old'];
  let isUp = true;
  let served = 0;
  let server: Server;
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      served += 1;
      if (!isUp) return void response.writeHead(500).end();
      const set = published.map((kid) => ({ ...keys[kid].publicKey.export({ format: 'jwk' }), kid, use: 'sig' }));
      response.end(JSON.stringify({ keys: [...set, { kty: 'oct', k: 'c2VjcmV0', kid: 'a secret' }, { kty: 'none' }] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    app = await TestApp.start({
      JWT_JWKS: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/keys`,
      JWT_JWKS_ISSUER: ISSUER,
    });
    tenant = await app.tenant();
  });
  afterAll(async () => {
    await app.stop();
    server.close();
  });

  const token = (sub: string, more: Claims = {}, kid: keyof typeof keys = 'old'): string =>
    signed(
      keys[kid].privateKey,
      { alg: kid === 'old' ? 'RS256' : 'EdDSA', kid },
      claimsOf(tenant, { iss: ISSUER, sub, role: 'Editor', type: undefined, ...more }),
    );
  const me = (text: string): Promise<Answer> => app.ask('GET', '/auth/me', { token: text });

  it('is not 401 but 503 while the keys were never to be had', async () => {
    isUp = false;
    expect(await me(token('early'))).toMatchObject({ status: 503, body: { code: 'issuer.away' } });
    expect((await me(tenant.token.Owner)).status).toBe(200);
    isUp = true;
    expect((await me(token('early'))).status).toBe(200);
  });

  it('makes its member on first sight, once, under an id of ours', async () => {
    const sub = `auth0|${randomUUID()}`;
    const email = `${randomUUID()}@example.com`;
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => me(token(sub, { name: 'Grace', email, jti: String(n) }))),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.user_id)).size).toBe(1);
    expect(answers[0]!.body).toMatchObject({ role: 'Editor', name: 'Grace', email, tenant_id: tenant.id });
    const log = await app.rows('SELECT action FROM audit_log WHERE entity_id = $1', [String(answers[0]!.body.user_id)]);
    expect(log).toEqual([{ action: 'user.created' }]);
  });

  it('gives an address that several come with at once to one of them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = `${randomUUID()}@example.com`;
      const answers = await Promise.all(Array.from({ length: 8 }, () => me(token(randomUUID(), { email }))));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
      expect(answers.filter(({ body }) => body.email === email)).toHaveLength(1);
    }
  });

  it('brings role and name up to date, and no address that is somebody’s', async () => {
    const sub = randomUUID();
    const taken = `owner@${tenant.id}.example`;
    const first = await me(token(sub, { email: taken }));
    expect(first.body).toMatchObject({ name: sub, email: null, role: 'Editor' });
    const second = await me(token(sub, { role: 'Viewer', name: 'Renamed' }));
    expect(second.body).toMatchObject({ user_id: first.body.user_id, name: 'Renamed', role: 'Viewer' });
  });

  it('does not let in who is disabled here, nor anybody of a tenant that is not', async () => {
    const sub = randomUUID();
    const { body } = await me(token(sub));
    await app.rows(`UPDATE users SET status = 'disabled' WHERE id = $1`, [String(body.user_id)]);
    expect((await me(token(sub, { jti: 'another' }))).status).toBe(401);
    expect((await me(token(randomUUID(), { tenant_id: randomUUID() }))).status).toBe(401);
  });

  it('is refused when anything about it is wrong', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const wrong of [
      { aud: 'x' },
      { exp: now - 1 },
      { exp: undefined },
      { role: 'Root' },
      { sub: '' },
      { type: 'id' },
    ])
      expect([wrong, (await me(token(randomUUID(), wrong))).status]).toEqual([wrong, 401]);
    const ours = signed(keys.old.privateKey, { alg: 'RS256', kid: 'old' }, claimsOf(tenant));
    expect((await me(ours)).status).toBe(401);
    const theirs = app.nest.get(Tokens).access({ userId: tenant.userId, tenantId: tenant.id, role: 'Owner' }, 60);
    expect((await me(theirs)).status).toBe(200);
    const text = `${part({ alg: 'HS256', kid: 'a secret' })}.${part(claimsOf(tenant, { iss: ISSUER }))}`;
    const hmac = createHmac('sha256', 'secret').update(text).digest('base64url');
    expect((await me(`${text}.${hmac}`)).status).toBe(401);
  });

  it('by a new key is taken once the set is read again, which a flood of unknown keys does not bring about', async () => {
    published = ['old', 'new'];
    const before = served;
    for (let n = 0; n < 5; n += 1) await me(token(randomUUID(), {}, 'new'));
    expect(served - before).toBeLessThanOrEqual(1);
    const later = new Date(Date.now() + 61_000);
    const clock = jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(later);
    expect((await me(token(randomUUID(), {}, 'new'))).status).toBe(200);
    isUp = false;
    expect((await me(token(randomUUID(), {}, 'old'))).status).toBe(200);
    isUp = true;
    clock.mockRestore();
  });
});

describe('The keys of another issuer in a file', () => {
  it('are taken as those at an address are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jwks-'));
    const [file, { privateKey, publicKey }] = [join(folder, 'keys.json'), pairs.ES256()];
    await writeFile(file, JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }));
    const app = await TestApp.start({ JWT_JWKS: file, JWT_JWKS_ISSUER: 'elsewhere', JWT_JWKS_AUDIENCE: 'goals' });
    const tenant = await app.tenant();
    const claims = claimsOf(tenant, { iss: 'elsewhere', aud: 'goals', sub: 'grace', role: 'Viewer' });
    const ask = (token: string) => app.ask('GET', '/auth/me', { token });
    // Without a name of its own it is the only one there is.
    const good = await ask(signed(privateKey, { alg: 'ES256' }, claims));
    const other = await ask(signed(privateKey, { alg: 'ES256' }, { ...claims, aud: 'goal-service' }));
    await app.stop();
    await rm(folder, { recursive: true });
    expect([good.status, good.body.role, other.status]).toEqual([200, 'Viewer', 401]);
  });
});
