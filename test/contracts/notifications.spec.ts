import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { switchesOf } from '#domain/notifications/switches';
import { Members } from '#application/identity/contract';
import type { Page } from '#application/shared/listing';
import { Deliveries } from '#application/notifications/ports/deliveries';
import { Inbox, type AddressedNotice } from '#application/notifications/ports/inbox';
import { InboxReadModel } from '#application/notifications/ports/inbox-read-model';
import { SettingsStore } from '#application/notifications/ports/settings-store';
import type { NotificationView } from '#application/notifications/views';
import { TestApp } from '../support/app';
import { InMemoryInbox } from '../support/fakes/in-memory-inbox';
import { InMemoryMembers } from '../support/fakes/in-memory-members';
import { InMemorySettings } from '../support/fakes/in-memory-settings';
import { pageRequest } from '../support/fakes/pages';
import { CountingIds } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';

interface Ports {
  readonly inbox: Inbox;
  readonly shown: InboxReadModel;
  readonly settings: SettingsStore;
  readonly deliveries: Deliveries;
  readonly members: Members;
}

interface Stand {
  readonly tenantId: string;
  /** In a transaction of its own, of a user of this tenant or of another. */
  use<T>(work: (ports: Ports) => Promise<T>, tenantId?: string): Promise<T>;
  person(name: string): Promise<string>;
}

const NOW = new Date('2026-11-26T10:00:00.000Z');
const LATER = new Date('2026-11-26T11:00:00.000Z');

const suite = (make: () => Promise<Stand>) => {
  let stand: Stand;
  let [ada, bob] = ['', ''];

  beforeEach(async () => {
    stand = await make();
    [ada, bob] = [await stand.person('Ada'), await stand.person('Bob')];
  });

  const notice = (userId: string, more: Partial<AddressedNotice> = {}): AddressedNotice => ({
    ...{ kind: 'task_ready', userId, sourceKey: randomUUID(), subject: { task_id: randomUUID(), title: 'Count' } },
    ...{ channels: ['inbox'], ...more },
  });
  const add = (notices: readonly AddressedNotice[], at = NOW) =>
    stand.use(({ inbox }) => inbox.add(stand.tenantId, notices, at));
  const page = (userId: string, filters: Record<string, readonly string[]> = {}, tenantId?: string) =>
    stand.use(
      ({ shown }) => shown.page(tenantId ?? stand.tenantId, userId, pageRequest({ by: 'created_at', filters })),
      tenantId,
    );
  const idsIn = ({ items }: Page<NotificationView>) => items.map(({ id }) => id);

  it('shows each user what was added for them, the latest first', async () => {
    const [first, second] = [
      notice(ada),
      notice(ada, { kind: 'goal_missed', subject: { goal_id: null, name: 'Sell' } }),
    ];
    expect(await add([first, notice(bob)])).toBe(2);
    expect(await add([second], LATER)).toBe(1);
    const { items, total, unread } = await page(ada);
    expect({ total, unread }).toEqual({ total: 2, unread: 2 });
    expect(items).toEqual([
      {
        ...{ id: expect.any(String) as string, kind: 'goal_missed', details: second.subject, is_read: false },
        ...{ created_at: LATER.toISOString(), read_at: null },
      },
      expect.objectContaining({ details: first.subject, created_at: NOW.toISOString() }),
    ]);
    expect(idsIn(await page(ada, { kind: ['goal_missed', 'goal_achieved'] }))).toEqual([items[0]!.id]);
  });

  it('adds what comes of the same source to a user once, in one go or in several', async () => {
    const one = notice(ada, { channels: ['inbox', 'email'] });
    expect(await add([one, one, { ...one, userId: bob }])).toBe(2);
    expect(await add([one, notice(ada)])).toBe(1);
    expect(await page(ada)).toMatchObject({ total: 2 });
    expect(await add([])).toBe(0);
  });

  it('gives a source that two add at once to a user once', async () => {
    const many = Array.from({ length: 20 }, () => notice(ada));
    const counts = await Promise.all([add(many), add(many.toReversed())]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(20);
    expect(await page(ada)).toMatchObject({ total: 20 });
  });

  it('marks as read what is a user’s own and in the inbox, the first time only', async () => {
    await add([notice(ada), notice(ada), notice(ada, { channels: ['email'] })]);
    const [id = ''] = idsIn(await page(ada));
    const mark = (userId: string, at = NOW, of = id) =>
      stand.use(({ inbox }) => inbox.markRead(stand.tenantId, userId, of, at));
    expect(await mark(bob)).toBeNull();
    expect(await mark(ada, NOW, randomUUID())).toBeNull();
    expect(await mark(ada)).toMatchObject({ id, is_read: true, read_at: NOW.toISOString() });
    expect(await mark(ada, LATER)).toMatchObject({ read_at: NOW.toISOString() });
    expect(idsIn(await page(ada, { is_read: ['true'] }))).toEqual([id]);
    expect(await page(ada, { is_read: ['false'] })).toMatchObject({ total: 1, unread: 1 });
    const all = (userId: string) => stand.use(({ inbox }) => inbox.markAllRead(stand.tenantId, userId, LATER));
    expect([await all(bob), await all(ada), await all(ada)]).toEqual([0, 1, 0]);
    expect(await page(ada)).toMatchObject({ total: 2, unread: 0 });
  });

  it('knows nothing of another tenant', async () => {
    await add([notice(ada)]);
    const foreign = randomUUID();
    expect(await page(ada, {}, foreign)).toMatchObject({ total: 0, unread: 0 });
    const read = await stand.use(({ members }) => members.membersOf(foreign, [ada]), foreign);
    expect(read).toEqual([]);
  });

  it('keeps what is to be delivered outside until it is', async () => {
    await add([notice(ada, { channels: ['inbox', 'email'] }), notice(bob)]);
    const [id = ''] = idsIn(await page(ada));
    const [other = ''] = idsIn(await page(bob));
    const hold = () => stand.use(({ deliveries }) => deliveries.hold(stand.tenantId, 'email', [id, other]));
    expect(await hold()).toEqual([{ id, state: 'pending', attempts: 0, nextAt: NOW }]);
    const contents = await stand.use(({ deliveries }) => deliveries.contents(stand.tenantId, [id, other]));
    expect(contents).toHaveLength(2);
    expect(contents).toContainEqual({
      ...{ id, userId: ada, kind: 'task_ready' },
      details: { task_id: expect.any(String) as string, title: 'Count' },
    });
    const put = (state: 'pending' | 'sent', lastError: string | null) =>
      stand.use(({ deliveries }) =>
        deliveries.put(stand.tenantId, 'email', [{ id, state, attempts: 1, nextAt: LATER, lastError }]),
      );
    await put('pending', 'away');
    expect(await hold()).toEqual([{ id, state: 'pending', attempts: 1, nextAt: LATER }]);
    await put('sent', null);
    expect(await hold()).toEqual([]);
  });

  it('keeps each user’s switches, and sets them anew', async () => {
    const all = () => stand.use(({ settings }) => settings.ofAll(stand.tenantId, [ada, bob]));
    const set = (enabled: boolean) =>
      stand.use(({ settings }) =>
        settings.set(stand.tenantId, ada, [{ kind: 'task_ready', channel: 'email', enabled }], {}),
      );
    const usual = switchesOf([]);
    expect(await all()).toEqual(new Map([ada, bob].map((id) => [id, usual])));
    await set(true);
    const changed = { ...usual, task_ready: { inbox: true, email: true } };
    expect(await all()).toEqual(
      new Map([
        [ada, changed],
        [bob, usual],
      ]),
    );
    expect(await stand.use(({ settings }) => settings.hold(stand.tenantId, ada))).toEqual(changed);
    await set(false);
    expect((await all()).get(ada)).toEqual(usual);
  });

  it('finds those of some people who are members', async () => {
    const found = await stand.use(({ members }) => members.membersOf(stand.tenantId, [ada, randomUUID()]));
    expect(found).toEqual([{ id: ada, name: 'Ada', email: `${ada}@example.org` }]);
    expect(await stand.use(({ members }) => members.membersOf(stand.tenantId, []))).toEqual([]);
  });
};

describe('notifications in memory', () => {
  suite(async () => {
    const [tenantId, inbox, members] = [randomUUID(), new InMemoryInbox(new CountingIds()), new InMemoryMembers()];
    const ports = { inbox, shown: inbox, deliveries: inbox, settings: new InMemorySettings(), members };
    return {
      tenantId,
      use: (work) => work(ports),
      person: async (name) => {
        const id = randomUUID();
        members.add(tenantId, { id, name, email: `${id}@example.org` });
        return id;
      },
    };
  });
});

describe('notifications in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const { id: tenantId } = await app.tenant();
    const ports: Ports = {
      inbox: app.nest.get<Inbox>(Inbox),
      shown: app.nest.get<InboxReadModel>(InboxReadModel),
      settings: app.nest.get<SettingsStore>(SettingsStore),
      deliveries: app.nest.get<Deliveries>(Deliveries),
      members: app.nest.get<Members>(Members),
    };
    return {
      tenantId,
      use: (work, of = tenantId) => inDoor(app, Actor.system([of]), () => work(ports)),
      person: async (name) => {
        const id = randomUUID();
        await app.rows(
          `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at)
           VALUES ($1, $2::uuid, $2::text || '@example.org', $3, 'Viewer', now(), now())`,
          [tenantId, id, name],
        );
        return id;
      },
    };
  });
});
