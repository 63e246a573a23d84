import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { DeadLetters, type DeadLetter } from '#application/workflows/ports/dead-letters';
import { TestApp } from '../support/app';
import { InMemoryDeadLetters } from '../support/fakes/in-memory-dead-letters';
import { pageRequest } from '../support/fakes/pages';
import { inDoor } from '../support/in-door';

const RECEIVED = new Date('2026-01-26T10:00:00.000Z');

const letter = (changes: Partial<DeadLetter>): DeadLetter => ({
  way: 'stream',
  origin: `goal-service:events:in:0/${randomUUID()}`,
  tenantId: null,
  reason: 'not_json',
  detail: 'This is not JSON.',
  raw: Buffer.from('{'),
  receivedAt: RECEIVED,
  ...changes,
});

interface Subject {
  readonly tenants: readonly [string, string];
  /** Runs as the service for both tenants, and for those named. */
  readonly work: <T>(use: (letters: DeadLetters) => Promise<T>, others?: readonly string[]) => Promise<T>;
  readonly ofNobody: () => Promise<readonly string[]>;
}

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;
  const list = (tenantId: string, filters: Record<string, readonly string[]> = {}) =>
    subject.work((letters) => letters.letters(tenantId, pageRequest({ by: 'created_at', filters })));
  const keep = (letters: readonly DeadLetter[]) =>
    subject.work(
      (kept) => kept.keep(letters),
      letters.flatMap(({ tenantId }) => tenantId ?? []),
    );

  beforeEach(async () => {
    subject = await make();
  });

  it('keeps letters of several tenants and of none in one go', async () => {
    const [one, other] = subject.tenants;
    const nobodys = letter({});
    await keep([letter({ tenantId: one }), letter({ tenantId: other }), letter({ tenantId: one }), nobodys]);
    expect((await list(one)).total).toBe(2);
    expect((await list(other)).total).toBe(1);
    expect(await subject.ofNobody()).toContain(nobodys.origin);
  });

  it('keeps a letter that names no tenant of ours without a tenant', async () => {
    const [one] = subject.tenants;
    const strangers = letter({ tenantId: randomUUID(), reason: 'tenant_unknown' });
    await keep([strangers, letter({ tenantId: one })]);
    expect((await list(one)).total).toBe(1);
    expect(await subject.ofNobody()).toContain(strangers.origin);
  });

  it('keeps a redelivered letter once, also within one delivery', async () => {
    const [one, other] = subject.tenants;
    const same = letter({ tenantId: one });
    await keep([same, same]);
    await keep([same, { ...same, tenantId: other }]);
    await keep([{ ...same, tenantId: null }]);
    await keep([{ ...same, tenantId: null }]);
    expect((await list(one)).total).toBe(1);
    expect((await list(other)).total).toBe(1);
    expect((await subject.ofNobody()).filter((origin) => origin === same.origin)).toHaveLength(1);
  });

  it('keeps nothing without a word', async () => {
    await keep([]);
    expect((await list(subject.tenants[0])).total).toBe(0);
  });

  it('shows the bytes as they came and a text that can be read', async () => {
    const [one] = subject.tenants;
    const raw = Buffer.concat([Buffer.from([0, 0xff, 0x7b]), Buffer.from('é'.repeat(1500))]);
    await keep([letter({ tenantId: one, raw, way: 'pubsub', reason: 'refused_content', detail: 'why' })]);
    const [listed] = (await list(one)).items;
    const preview = `\0\uFFFD{${'é'.repeat(997)}`;
    expect(listed).toMatchObject({ way: 'pubsub', reason: 'refused_content', detail: 'why', preview });
    expect(listed).not.toHaveProperty('raw');
    const whole = await subject.work((letters) => letters.letter(one, listed?.id ?? ''));
    expect(whole).toEqual({ ...listed, raw: raw.toString('base64') });
    expect(whole?.received_at).toBe(RECEIVED.toISOString());
  });

  it('lists by reason and by way', async () => {
    const [one] = subject.tenants;
    await keep([
      letter({ tenantId: one, reason: 'not_json', way: 'stream' }),
      letter({ tenantId: one, reason: 'invalid_event', way: 'stream' }),
      letter({ tenantId: one, reason: 'invalid_event', way: 'request' }),
    ]);
    expect((await list(one, { reason: ['invalid_event'] })).total).toBe(2);
    expect((await list(one, { reason: ['invalid_event', 'not_json'], way: ['stream'] })).total).toBe(2);
    expect((await list(one, { way: ['pubsub'] })).total).toBe(0);
  });

  it('gives a letter out once, as it was kept, and to its own tenant only', async () => {
    const [one, other] = subject.tenants;
    const kept = letter({ tenantId: one, raw: Buffer.from([1, 2, 0xfe]) });
    await keep([kept]);
    const id = (await list(one)).items[0]?.id ?? '';
    const take = (tenantId: string) => subject.work((letters) => letters.take(tenantId, id, 'deleted'));
    expect(await take(other)).toBeNull();
    expect(await subject.work((letters) => letters.letter(other, id))).toBeNull();
    expect(await take(one)).toEqual(kept);
    expect(await take(one)).toBeNull();
  });
};

describe('dead letters in memory', () => {
  suite(() => {
    const tenants = [randomUUID(), randomUUID()] as const;
    const letters = new InMemoryDeadLetters(tenants);
    const ofNobody = () => Promise.resolve(letters.ofNobody.map(({ origin }) => origin));
    return Promise.resolve({ tenants, work: (use) => use(letters), ofNobody });
  });
});

describe('dead letters in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const tenants = [(await app.tenant()).id, (await app.tenant()).id] as const;
    const letters = app.nest.get<DeadLetters>(DeadLetters);
    return {
      tenants,
      work: (use, others = []) =>
        inDoor(app, Actor.system([...tenants, ...others], 'event:publish'), () => use(letters)),
      ofNobody: async () => {
        const rows = await app.rows<{ origin: string }>('SELECT origin FROM dead_letters WHERE tenant_id IS NULL');
        return rows.map(({ origin }) => origin);
      },
    };
  });

  it('writes into the audit log who took a letter out and why', async () => {
    const tenant = await app.tenant();
    const letters = app.nest.get<DeadLetters>(DeadLetters);
    const system = Actor.system([tenant.id], 'event:publish');
    await inDoor(app, system, () => letters.keep([letter({ tenantId: tenant.id })]));
    const page = await inDoor(app, system, () => letters.letters(tenant.id, pageRequest({ by: 'created_at' })));
    const id = page.items[0]?.id ?? '';
    await inDoor(app, Actor.member(tenant.id, tenant.userId, 'Admin'), () => letters.take(tenant.id, id, 'replayed'));
    const rows = await app.rows('SELECT action, entity_id, actor_id FROM audit_log WHERE tenant_id = $1', [tenant.id]);
    expect(rows).toEqual([{ action: 'dead_letter.replayed', entity_id: id, actor_id: tenant.userId }]);
  });

  it('keeps texts that PostgreSQL cannot hold with replacement characters', async () => {
    const tenant = await app.tenant();
    const letters = app.nest.get<DeadLetters>(DeadLetters);
    const system = Actor.system([tenant.id], 'event:publish');
    await inDoor(app, system, () => letters.keep([letter({ tenantId: tenant.id, detail: 'a\0b\ud800c' })]));
    const rows = await app.rows('SELECT detail FROM dead_letters WHERE tenant_id = $1', [tenant.id]);
    expect(rows).toEqual([{ detail: 'a\uFFFDb\uFFFDc' }]);
  });
});
