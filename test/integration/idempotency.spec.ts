import { randomUUID } from 'node:crypto';
import { ClsService } from 'nestjs-cls';
import { Actor } from '#domain/shared/actor';
import { conflict, invalid, type DomainError } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { Door } from '#application/shared/door';
import { Database } from '#adapters/shared/persistence/database';
import type { IdempotentRequest, Scope } from '#infrastructure/context/scope';
import { TestApp, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

let app: TestApp;
let tenant: Tenant;
let door: Door;
let db: Database;

beforeAll(async () => {
  app = await TestApp.start();
  tenant = await app.tenant();
  door = doorOf(app);
  db = app.nest.get(Database);
});
afterAll(() => app.stop());

/** Sends a piece of work as a request with a key would. */
const send = <T>(key: string, work: () => Promise<Result<T>>, times = 1): Promise<Result<T>> => {
  const cls = app.nest.get<ClsService<Scope>>(ClsService);
  const idempotent: IdempotentRequest = { key, hash: 'the same request', taken: false, replayed: false };
  const command = () => door.send(new Do(Actor.member(tenant.id, tenant.userId, 'Owner'), work));
  return cls.run(async () => {
    cls.set('requestId', null);
    cls.set('idempotent', idempotent);
    for (let n = 1; n < times; n += 1) {
      const before = await command();
      if (!before.ok) return before;
    }
    return command();
  });
};

const put = (id: string): Promise<unknown> =>
  db.query(
    `INSERT INTO catalog_entries (tenant_id, kind, external_id, created_at, updated_at) VALUES ($1, 'tags', $2, now(), now())`,
    [tenant.id, id],
  );

const isThere = async (id: string): Promise<boolean> =>
  (await app.rows('SELECT 1 FROM catalog_entries WHERE external_id = $1', [id])).length > 0;

const kept = (key: string) => app.rows('SELECT answer FROM idempotency_keys WHERE key = $1', [key]);

describe('Work under an Idempotency-Key', () => {
  it('is done once, and answered the same the second time', async () => {
    const key = randomUUID();
    let times = 0;
    const work = async () => ok({ times: (times += 1) });
    expect([await send(key, work), await send(key, work)]).toEqual([ok({ times: 1 }), ok({ times: 1 })]);
  });

  it('keeps a refusal but none of its changes, and does nothing after the commit', async () => {
    const key = randomUUID();
    const refusal: DomainError = conflict('test.refused', 'No.', { reasons: ['because'] });
    let after = false;
    const result = await send(key, async () => {
      await put('refused under a key');
      db.afterCommit(async () => void (after = true));
      return err(refusal);
    });
    expect(result).toEqual(err(refusal));
    expect([after, await isThere('refused under a key')]).toEqual([false, false]);
    expect(await kept(key)).toEqual([{ answer: { ok: false, error: refusal } }]);
    expect(await send(key, async () => done)).toEqual(err(refusal));
  });

  it('keeps a refusal that a broken statement led to', async () => {
    const key = randomUUID();
    const result = await send(key, async () => {
      await put('twice')
        .then(() => put('twice'))
        .catch(() => undefined);
      return err(invalid([]));
    });
    expect(result).toMatchObject({ ok: false });
    expect([(await kept(key)).length, await isThere('twice')]).toEqual([1, false]);
  });

  it.each(['limited', 'unavailable'] as const)('does not keep what was %s', async (kind) => {
    const key = randomUUID();
    const error: DomainError = { kind, code: 'test.later', message: 'Later.' };
    expect(await send<string>(key, async () => err(error))).toEqual(err(error));
    expect(await kept(key)).toEqual([]);
    expect(await send(key, async () => ok('now'))).toEqual(ok('now'));
  });

  it('keeps nothing of what breaks', async () => {
    const key = randomUUID();
    const work = async (): Promise<Result<void>> => {
      await put('broken');
      throw new Error('a bug');
    };
    await expect(send(key, work)).rejects.toThrow('a bug');
    expect([await kept(key), await isThere('broken')]).toEqual([[], false]);
  });

  it('is one command: a second one under the same key is a bug, not an answer of the first', async () => {
    await expect(send(randomUUID(), async () => done, 2)).rejects.toThrow('one Idempotency-Key stands for one command');
  });
});
