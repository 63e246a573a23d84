import { randomUUID } from 'node:crypto';
import type { QueryBus } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { missing } from '#domain/shared/errors';
import { PERMISSIONS } from '#domain/shared/permissions';
import { err, ok, type Result } from '#domain/shared/result';
import type { ToldFact } from '#domain/notifications/notice';
import type { NotificationChannel } from '#domain/notifications/words';
import { ListGoalsGoneOffTrack } from '#application/goals/contract';
import { Announcer } from '#application/notifications/announcer';
import {
  EditNotificationSettings,
  EditNotificationSettingsHandler,
} from '#application/notifications/commands/edit-settings';
import { MarkAllRead, MarkAllReadHandler } from '#application/notifications/commands/mark-all-read';
import { MarkRead, MarkReadHandler } from '#application/notifications/commands/mark-read';
import { RecordDeliveries, RecordDeliveriesHandler } from '#application/notifications/commands/record-deliveries';
import { SendDailyNotices, SendDailyNoticesHandler } from '#application/notifications/commands/send-daily-notices';
import { TakeFacts, TakeFactsHandler } from '#application/notifications/commands/take-facts';
import { ComposeMessages, ComposeMessagesHandler } from '#application/notifications/queries/compose-messages';
import {
  GetNotificationSettings,
  GetNotificationSettingsHandler,
} from '#application/notifications/queries/get-settings';
import { ListNotifications, ListNotificationsHandler } from '#application/notifications/queries/list-notifications';
import { ListTasksDue } from '#application/tasks/contract';
import { InMemoryInbox } from '../../../support/fakes/in-memory-inbox';
import { InMemoryMembers } from '../../../support/fakes/in-memory-members';
import { InMemorySettings } from '../../../support/fakes/in-memory-settings';
import { pageRequest } from '../../../support/fakes/pages';
import { CountingIds, StandingClock } from '../../../support/fakes/tools';
import { expectOk } from '../../../support/results';

const FORBIDDEN = { ok: false, error: { kind: 'forbidden' } };

/** A tenant with two people, and everything the handlers of notifications stand on, in memory. */
class World {
  readonly tenantId = randomUUID();
  readonly clock = new StandingClock();
  readonly ids = new CountingIds();
  readonly members = new InMemoryMembers();
  readonly settings = new InMemorySettings();
  readonly inbox = new InMemoryInbox(this.ids);
  readonly ada = this.member('Ada');
  readonly bob = this.member('Bob');
  readonly service = Actor.system([this.tenantId], 'goal:read', 'task:read', 'user:read');

  constructor(private readonly channels: readonly NotificationChannel[] = ['inbox', 'email']) {}

  get announcer(): Announcer {
    return new Announcer(this.members, this.settings, { names: this.channels }, this.inbox, this.clock);
  }

  ready(assigned = this.ada, more: Partial<ToldFact> = {}): ToldFact {
    return {
      ...{ id: this.ids.next(), type: 'task.ready', tenantId: this.tenantId, goalId: null, userId: null },
      details: { task_id: this.ids.next(), title: 'Count', assigned_to: assigned.userId },
      ...more,
    };
  }

  take(facts: readonly ToldFact[], actor = this.service) {
    return new TakeFactsHandler(this.announcer).execute(new TakeFacts(actor, facts));
  }

  switch(actor: Actor, wanted: EditNotificationSettings['wanted']) {
    return new EditNotificationSettingsHandler(this.settings).execute(new EditNotificationSettings(actor, wanted));
  }

  list(actor: Actor) {
    const page = pageRequest({ by: 'created_at' });
    return new ListNotificationsHandler(this.inbox).execute(new ListNotifications(actor, page));
  }

  private member(name: string): Actor & { readonly userId: string } {
    const actor = Actor.member(this.tenantId, randomUUID(), 'Viewer') as Actor & { readonly userId: string };
    this.members.add(this.tenantId, { id: actor.userId, name, email: `${name.toLowerCase()}@example.org` });
    return actor;
  }
}

describe('taking facts', () => {
  it('tells each person what concerns them, once however often it comes', async () => {
    const world = new World();
    const facts = [world.ready(), world.ready(world.bob), world.ready(world.ada, { type: 'task.updated' })];
    expect(expectOk(await world.take(facts))).toBe(2);
    expect(expectOk(await world.take(facts))).toBe(0);
    expect(expectOk(await world.list(world.ada))).toMatchObject({
      total: 1,
      unread: 1,
      items: [{ kind: 'task_ready' }],
    });
    expect(world.inbox.told.map(({ type }) => type)).toEqual(['notification.sent', 'notification.sent']);
  });

  it('tells nothing to who is no member, and takes no fact of another tenant', async () => {
    const world = new World();
    const stranger = Actor.member(world.tenantId, randomUUID(), 'Owner') as typeof world.ada;
    const foreign = world.ready(world.ada, { tenantId: randomUUID() });
    expect(expectOk(await world.take([world.ready(stranger), foreign]))).toBe(0);
  });

  it('goes the ways that are there and not switched off', async () => {
    const world = new World();
    expectOk(await world.switch(world.ada, { task_ready: { inbox: false, email: true } }));
    expectOk(await world.switch(world.bob, { task_ready: { inbox: false } }));
    expect(expectOk(await world.take([world.ready(), world.ready(world.bob)]))).toBe(1);
    expect(expectOk(await world.list(world.ada))).toMatchObject({ total: 0, unread: 0 });
    expect(world.inbox.deliveries.size).toBe(1);
    const withoutMail = new World(['inbox']);
    expectOk(await withoutMail.switch(withoutMail.ada, { task_ready: { inbox: false, email: true } }));
    expect(expectOk(await withoutMail.take([withoutMail.ready()]))).toBe(0);
  });

  it('is for who may read what it tells of', async () => {
    const world = new World();
    for (const one of ['goal:read', 'task:read'] as const)
      expect(await world.take([], Actor.system([world.tenantId], one))).toMatchObject(FORBIDDEN);
  });
});

describe('sending the notices of a day', () => {
  const send = (world: World, answer: (query: unknown) => Result<unknown>, actor = world.service) => {
    const queries = { execute: (query: unknown) => Promise.resolve(answer(query)) } as unknown as QueryBus;
    return new SendDailyNoticesHandler(queries, world.announcer).execute(new SendDailyNotices(actor, '2026-11-26'));
  };
  const found = (world: World) => (query: unknown) =>
    query instanceof ListTasksDue
      ? ok([{ taskId: 't', title: 'T', goalId: null, assignedTo: world.ada.userId, dueDate: query.from }])
      : ok([{ goalId: 'g', name: 'G', ownerId: world.bob.userId }]);

  it('tells of tasks that are due and of goals that went off track, once a day', async () => {
    const world = new World();
    expect(expectOk(await send(world, found(world)))).toBe(2);
    expect(expectOk(await send(world, found(world)))).toBe(0);
    expect(expectOk(await world.list(world.ada)).items).toMatchObject([{ kind: 'task_due_tomorrow' }]);
    expect(expectOk(await world.list(world.bob)).items).toMatchObject([{ kind: 'goal_off_track' }]);
  });

  it.each([ListTasksDue, ListGoalsGoneOffTrack])('is refused when %p is', async (which) => {
    const world = new World();
    const refused = (query: unknown) => (query instanceof which ? err(missing('thing')) : found(world)(query));
    expect(await send(world, refused)).toMatchObject({ error: { code: 'thing.not-found' } });
    expect(world.inbox.told).toEqual([]);
  });

  it('is for who may read what it tells of', async () => {
    const world = new World();
    for (const one of ['goal:read', 'task:read'] as const)
      expect(await send(world, found(world), Actor.system([world.tenantId], one))).toMatchObject(FORBIDDEN);
  });
});

describe('reading', () => {
  const begin = async () => {
    const world = new World();
    expectOk(await world.take([world.ready(), world.ready()]));
    const marking = new MarkReadHandler(world.inbox, world.clock);
    const markingAll = new MarkAllReadHandler(world.inbox, world.clock);
    const [first] = expectOk(await world.list(world.ada)).items;
    return { world, id: first!.id, marking, markingAll };
  };

  it('marks one as read, for the first time only', async () => {
    const { world, id, marking } = await begin();
    const read = expectOk(await marking.execute(new MarkRead(world.ada, id)));
    expect(read).toMatchObject({ id, is_read: true, read_at: world.clock.now().toISOString() });
    world.clock.forward(1000);
    expect(expectOk(await marking.execute(new MarkRead(world.ada, id)))).toEqual(read);
    expect(expectOk(await world.list(world.ada))).toMatchObject({ total: 2, unread: 1 });
  });

  it('marks all that is left', async () => {
    const { world, id, marking, markingAll } = await begin();
    expectOk(await marking.execute(new MarkRead(world.ada, id)));
    expect(expectOk(await markingAll.execute(new MarkAllRead(world.ada)))).toEqual({ read: 1 });
    expect(expectOk(await markingAll.execute(new MarkAllRead(world.ada)))).toEqual({ read: 0 });
  });

  it('is of one’s own inbox only', async () => {
    const { world, id, marking } = await begin();
    const owner = Actor.member(world.tenantId, randomUUID(), 'Owner');
    expect(await marking.execute(new MarkRead(owner, id))).toMatchObject({ error: { code: 'notification.not-found' } });
    expect(expectOk(await world.list(world.bob))).toMatchObject({ total: 0 });
  });

  it('and everything about an inbox is for people', async () => {
    const { world, id, marking, markingAll } = await begin();
    const reading = new GetNotificationSettingsHandler(world.settings);
    const key = Actor.key(world.tenantId, randomUUID(), world.ada.userId, 'Owner', PERMISSIONS);
    for (const one of [world.service, key]) {
      expect(await world.list(one)).toMatchObject(FORBIDDEN);
      expect(await marking.execute(new MarkRead(one, id))).toMatchObject(FORBIDDEN);
      expect(await markingAll.execute(new MarkAllRead(one))).toMatchObject(FORBIDDEN);
      expect(await world.switch(one, { task_ready: { inbox: false } })).toMatchObject(FORBIDDEN);
      expect(await reading.execute(new GetNotificationSettings(one))).toMatchObject(FORBIDDEN);
    }
    expect(expectOk(await world.list(world.ada))).toMatchObject({ total: 2, unread: 2 });
  });
});

describe('settings', () => {
  it('are changed and read by whose they are, and audited where something changes', async () => {
    const world = new World();
    const reading = new GetNotificationSettingsHandler(world.settings);
    const after = expectOk(await world.switch(world.ada, { goal_missed: { email: true } }));
    expect(after.goal_missed).toEqual({ inbox: true, email: true });
    expect(expectOk(await reading.execute(new GetNotificationSettings(world.ada)))).toEqual(after);
    expect(expectOk(await world.switch(world.ada, { goal_missed: { email: true } }))).toEqual(after);
    expect(world.settings.audited).toHaveLength(1);
    expect(expectOk(await reading.execute(new GetNotificationSettings(world.bob))).goal_missed.email).toBe(false);
  });
});

describe('delivering', () => {
  const begin = async () => {
    const world = new World();
    for (const actor of [world.ada, world.bob]) expectOk(await world.switch(actor, { task_ready: { email: true } }));
    expectOk(await world.take([world.ready(), world.ready(world.bob)]));
    const composing = new ComposeMessagesHandler(world.inbox, world.members);
    const recording = new RecordDeliveriesHandler(world.inbox, world.clock);
    return { world, composing, recording, ids: [...world.inbox.deliveries.keys()] };
  };

  it('writes to those who are still members', async () => {
    const { world, composing, ids } = await begin();
    world.members.remove(world.bob.userId);
    expect(expectOk(await composing.execute(new ComposeMessages(world.service, ids)))).toEqual([
      {
        ...{ id: ids[0], to: 'ada@example.org', subject: 'Your task can begin: Count' },
        text: expect.stringContaining('Hello Ada') as string,
      },
    ]);
  });

  it('writes down what came of it, and leaves alone what is sent', async () => {
    const { world, recording, ids } = await begin();
    const record = (id: string, outcome: 'sent' | 'failed' | 'postponed', error: string | null = null) =>
      recording.execute(new RecordDeliveries(world.service, 'email', [{ id, outcome, error }]));
    expectOk(await record(ids[0]!, 'failed', 'away'));
    expectOk(await record(ids[1]!, 'postponed'));
    expectOk(await record(ids[1]!, 'sent'));
    expectOk(await record(ids[1]!, 'failed', 'too late'));
    expect([...world.inbox.deliveries.values()]).toMatchObject([
      { state: 'pending', attempts: 1, lastError: 'away', nextAt: new Date(world.clock.now().getTime() + 60_000) },
      { state: 'sent', attempts: 1, lastError: null },
    ]);
  });

  it('is for who may know the addresses of people', async () => {
    const { world, composing, recording, ids } = await begin();
    const nobody = Actor.system([world.tenantId]);
    expect(await composing.execute(new ComposeMessages(nobody, ids))).toMatchObject(FORBIDDEN);
    expect(await recording.execute(new RecordDeliveries(nobody, 'email', []))).toMatchObject(FORBIDDEN);
  });
});
