import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { Pool } from 'pg';
import type { Client } from 'pg';
import { Tokens } from '#infrastructure/auth/tokens';
import { member } from './support/credentials';
import { TestApp, type Answer, type Tenant } from '../support/app';
import { eachOf, routesOf, type Route } from './support/routes';
import { storedRows, World } from './support/world';

let app: TestApp;
let routes: Route[];
let world: World;
let tenant: Tenant;
let made = 0;

beforeAll(async () => {
  app = await TestApp.start();
  routes = await routesOf(app);
  world = await World.of(app, routes);
  tenant = world.tenant;
});
afterAll(() => app.stop());

const freshName = (): string => `Made once ${String((made += 1))}`;

const post = (key: string, body: unknown, token = tenant.token.Owner, path = '/workflows'): Promise<Answer> =>
  app.ask('POST', path, { token, body, headers: { 'idempotency-key': key } });

const count = async (name: string): Promise<number> =>
  (await app.rows('SELECT 1 FROM workflows WHERE name = $1', [name])).length;

const told = ({ status, body, headers }: Answer) => ({ status, body, location: headers.location, etag: headers.etag });

describe('An Idempotency-Key', () => {
  it('makes a repetition answer what the first time answered, on every route that creates', async () => {
    await eachOf(
      routes.filter(({ creates }) => creates),
      async (route) => {
        const { path, body } = await world.prepare(route);
        const key = randomUUID();
        const first = await post(key, body, tenant.token.Owner, path);
        expect(first.status).toBe(201);
        expect(first.headers['idempotency-replayed']).toBeUndefined();
        const before = await storedRows(app);
        const again = await post(key, body, tenant.token.Owner, path);
        expect(told(again)).toEqual(told(first));
        expect(again.headers['idempotency-replayed']).toBe('true');
        expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
        expect(await storedRows(app)).toEqual(before);
      },
    );
  });

  it('replays what was answered then, also after the thing has changed', async () => {
    const [key, body] = [randomUUID(), { name: freshName() }];
    const first = await post(key, body);
    await app.ask('POST', `/workflows/${String(first.body.id)}/activate`, { token: tenant.token.Owner });
    expect(told(await post(key, body))).toEqual(told(first));
  });

  it('is 422 with another body or for another route', async () => {
    const [key, name] = [randomUUID(), freshName()];
    expect((await post(key, { name })).status).toBe(201);
    const other = await post(key, { name: freshName() });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key.reused', errors: [] } });
    expect(other.headers['idempotency-replayed']).toBeUndefined();
    expect((await post(key, { name }, tenant.token.Owner, '/workflows?x=1')).status).toBe(422);
    expect(await count(name)).toBe(1);
  });

  it('keeps a refusal with what it said, and replays it although it would be taken now', async () => {
    const name = freshName();
    await post(randomUUID(), { name });
    const key = randomUUID();
    const refused = await post(key, { name });
    expect(refused).toMatchObject({ status: 409, body: { code: 'workflow.name-taken' } });
    await app.rows('UPDATE workflows SET deleted_at = now() WHERE name = $1', [name]);
    const again = await post(key, { name });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'workflow.name-taken' },
      headers: { 'idempotency-replayed': 'true' },
    });
    expect(again.headers['x-request-id']).toBe(String(again.body.instance).replace('urn:uuid:', ''));
    expect((await post(randomUUID(), { name })).status).toBe(201);
  });

  it('is of one caller and one tenant', async () => {
    const [key, other] = [randomUUID(), await app.tenant()];
    const userId = await member(app, tenant, 'Owner');
    const colleague = app.nest.get(Tokens).access({ userId, tenantId: tenant.id, role: 'Owner' }, 600);
    const ids = [];
    for (const token of [tenant.token.Owner, colleague, other.token.Owner]) {
      const { status, body } = await post(key, { name: freshName() }, token);
      expect(status).toBe(201);
      ids.push(body.id);
    }
    expect(new Set(ids).size).toBe(3);
  });

  it('is 409 while the first request is at work, which goes on undisturbed', async () => {
    const [key, name] = [randomUUID(), freshName()];
    // Holds the first request where it writes its answer.
    await app.sql.query('BEGIN; LOCK TABLE workflows IN ACCESS EXCLUSIVE MODE');
    const first = post(key, { name });
    await waitingFor('workflows');
    expect(await post(key, { name })).toMatchObject({ status: 409, body: { code: 'idempotency-key.in-flight' } });
    await app.sql.query('COMMIT');
    const answer = await first;
    expect(answer.status).toBe(201);
    expect(told(await post(key, { name }))).toEqual(told(answer));
  });

  it('lets one of many at once do the work', async () => {
    const [key, name] = [randomUUID(), freshName()];
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(key, { name })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
    expect(await count(name)).toBe(1);
  });

  it('leaves nothing when the request dies before its commit, and does the work the next time', async () => {
    const [key, name] = [randomUUID(), freshName()];
    const before = await storedRows(app);
    const pool = (app.nest.get(DataSource).driver as unknown as { master: Pool }).master;
    // Others take connections too, before and after: whoever looks at the token, or at the schedule.
    let isOver = false;
    const killer = (client: Client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      let isOurs = false;
      client.query = ((...args: unknown[]) => {
        isOurs ||= JSON.stringify(args[0]).includes('idempotency_keys');
        if (isOver || !isOurs || args[0] !== 'COMMIT') return query(...args);
        isOver = true;
        pool.off('acquire', killer as never);
        return query('SELECT pg_terminate_backend(pg_backend_pid())');
      }) as Client['query'];
    };
    pool.on('acquire', killer);
    const died = await post(key, { name });
    expect(died).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(await storedRows(app)).toEqual(before);
    const next = await post(key, { name });
    expect(next.status).toBe(201);
    expect(next.headers['idempotency-replayed']).toBeUndefined();
  });

  it('is forgotten after 24 hours', async () => {
    const [key, name] = [randomUUID(), freshName()];
    const first = await post(key, { name });
    await app.rows(`UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second' WHERE key = $1`, [
      key,
    ]);
    const next = await post(key, { name: freshName() });
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(first.body.id);
  });

  it.each(['', ' ', 'x'.repeat(201), 'a b', 'ä', 'a\tb'])('is 400 when it is malformed: %s', async (key) => {
    const name = freshName();
    expect(await post(key, { name })).toMatchObject({ status: 400, body: { code: 'idempotency-key.malformed' } });
    expect(await count(name)).toBe(0);
  });

  it('means nothing where nothing is created', async () => {
    const { body } = await post(randomUUID(), { name: freshName() });
    const key = randomUUID();
    const at = `/workflows/${String(body.id)}`;
    expect((await post(key, undefined, tenant.token.Owner, `${at}/activate`)).body.status).toBe('active');
    expect((await post(key, undefined, tenant.token.Owner, `${at}/pause`)).body.status).toBe('paused');
    expect((await app.rows('SELECT 1 FROM idempotency_keys WHERE key = $1', [key])).length).toBe(0);
  });

  it('keeps nothing of a body whose form was wrong, so that it can be mended', async () => {
    const [key, name] = [randomUUID(), freshName()];
    expect((await post(key, { name: 7 })).status).toBe(422);
    expect((await post(key, { name })).status).toBe(201);
  });
});

const waitingFor = async (table: string): Promise<void> => {
  for (;;) {
    const { rows } = await app.sql.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = $1::regclass`, [
      table,
    ]);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
