import { randomUUID } from 'node:crypto';
import { StreamGroup } from '#infrastructure/redis/stream-group';
import { Journal } from '#adapters/shared/persistence/journal';
import type { NotificationView } from '#application/notifications/views';
import { eventually, TestApp } from '../../support/app';
import { InboxStory, type Person } from '../../support/inbox-story';

let app: TestApp;
let story: InboxStory;
let ada: Person;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await InboxStory.begin(app);
  ada = await story.member();
});

const sentOf = async () =>
  (
    await app.rows<{ message: string }>(
      `SELECT message FROM outbox WHERE tenant_id = $1 AND message LIKE '%"notification.sent"%' ORDER BY id`,
      [story.tenant.id],
    )
  ).map(({ message }) => JSON.parse(message) as Record<string, unknown>);

describe('What happens to tasks and goals', () => {
  it('comes into the inbox of whom it concerns, with what it is about', async () => {
    const [taskId, goalId, colleague] = [randomUUID(), randomUUID(), randomUUID()];
    const task = { task_id: taskId, title: 'Count the stock', status: 'todo', assigned_to: ada.id };
    const goal = { name: 'Sell abroad', owner_id: ada.id, status: 'achieved' };
    await story.tell('task.assigned', { goalId, by: colleague, details: task });
    await story.tell('task.ready', { by: colleague, details: task });
    await story.tell('goal.achieved', { goalId, details: goal });
    await story.tell('goal.missed', { goalId, by: colleague, details: goal });
    expect(await story.kinds(ada)).toEqual(['goal_missed', 'goal_achieved', 'task_ready', 'task_assigned']);
    const { items, unread, total } = await story.inbox(ada, '?sort=created_at');
    expect({ unread, total }).toEqual({ unread: 4, total: 4 });
    expect(items[0]).toEqual({
      ...{ id: expect.any(String) as string, kind: 'task_assigned', is_read: false, read_at: null },
      details: { task_id: taskId, title: 'Count the stock', goal_id: goalId },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    });
    expect(items.slice(1).map(({ details }) => details)).toEqual([
      { task_id: taskId, title: 'Count the stock', goal_id: null },
      { goal_id: goalId, name: 'Sell abroad' },
      { goal_id: goalId, name: 'Sell abroad' },
    ]);
  });

  it('is told on as notification.sent, which nobody is told of, and which the audit log does not repeat', async () => {
    const taskId = randomUUID();
    await story.tell('task.assigned', { details: { task_id: taskId, title: 'T', assigned_to: ada.id } });
    await story.settled();
    const [{ id }] = (await story.inbox(ada)).items as [NotificationView];
    expect(await sentOf()).toMatchObject([
      {
        ...{ event_type: 'notification.sent', goal_id: null, user_id: null, version: null },
        details: { notification_id: id, user_id: ada.id, kind: 'task_assigned', task_id: taskId, goal_id: null },
      },
    ]);
    expect(await app.rows('SELECT 1 FROM audit_log WHERE tenant_id = $1', [story.tenant.id])).toEqual([]);
  });

  it('is nothing to who did it, to strangers, to nobody, and where it lacks what is needed', async () => {
    const task = { task_id: randomUUID(), title: 'T' };
    await story.tell('task.assigned', { by: ada.id, details: { ...task, assigned_to: ada.id } });
    await story.tell('task.assigned', { details: { ...task, assigned_to: randomUUID() } });
    await story.tell('task.ready', { details: { ...task, assigned_to: null } });
    await story.tell('task.ready', { details: { assigned_to: ada.id } });
    await story.tell('goal.achieved', { details: { owner_id: ada.id } });
    await story.tell('goal.updated', { goalId: randomUUID(), details: { owner_id: ada.id } });
    const elsewhere = await InboxStory.begin(app);
    await elsewhere.ready(ada);
    expect(await story.kinds(ada)).toEqual([]);
    expect(await app.rows('SELECT 1 FROM notifications WHERE tenant_id <> $1', [story.tenant.id])).not.toContainEqual(
      expect.objectContaining({ user_id: ada.id }),
    );
    expect(await sentOf()).toEqual([]);
  });

  it('passes over what is no outgoing event, and goes on', async () => {
    await story.ready(ada);
    await story.settled();
    const last = (await app.redis.xrevrange('goal-service:events:out', '+', '-', 'COUNT', 1))[0]![0];
    await app.redis.xadd('goal-service:events:out', `${last.split('-')[0]!}-7`, 'event', '{"no": ');
    await eventually(
      async () => JSON.stringify(await app.redis.xinfo('GROUPS', 'goal-service:events:out')),
      (groups) => groups.includes('-7"'),
    );
    expect((await story.inbox(ada)).total).toBe(1);
  });
});

describe('A worker that loses its way', () => {
  it('after the commit and before it has acknowledged tells nobody twice', async () => {
    const lost = jest.spyOn(StreamGroup.prototype, 'acknowledge');
    lost.mockRejectedValueOnce(new Error('Connection is closed.'));
    await story.ready(ada);
    expect(await story.kinds(ada)).toEqual(['task_ready']);
    await eventually(
      async () => lost.mock.calls.length,
      (calls) => calls >= 2,
    );
    lost.mockRestore();
    await story.settled();
    expect((await story.inbox(ada)).total).toBe(1);
    expect(await sentOf()).toHaveLength(1);
  });

  it('before the commit tells everybody the next time', async () => {
    const lost = jest.spyOn(Journal.prototype, 'write');
    lost.mockRejectedValueOnce(Object.assign(new Error('the server goes down'), { code: '57P01' }));
    await story.ready(ada);
    expect(await story.kinds(ada)).toEqual(['task_ready']);
    expect(lost.mock.calls.length).toBeGreaterThanOrEqual(2);
    lost.mockRestore();
    expect(await sentOf()).toHaveLength(1);
  });

  it('by its own fault shows so, acknowledges nothing, and goes on where it stood', async () => {
    const broken = jest.spyOn(Journal.prototype, 'write');
    broken.mockRejectedValueOnce(new Error('a bug'));
    await story.ready(ada);
    const health = async () => (await app.ask<{ details: object }>('GET', '//health')).body.details;
    await eventually(health, (details) => JSON.stringify(details).includes('"detail":"a bug"'));
    expect((await app.ask('GET', '//health')).status).toBe(503);
    expect(await story.kinds(ada)).toEqual(['task_ready']);
    broken.mockRestore();
    expect((await app.ask('GET', '//health')).status).toBe(200);
  });

  it('when Redis was flushed reads everything again, and tells nobody twice', async () => {
    await story.ready(ada);
    await story.settled();
    await app.redis.flushdb();
    await story.ready(ada, 'After the flood');
    await eventually(
      () => story.inbox(ada),
      ({ total }) => total === 2,
    );
    await story.settled();
    expect((await story.inbox(ada)).total).toBe(2);
    expect(await sentOf()).toHaveLength(2);
  });
});

describe('The inbox', () => {
  it('is one’s own: of a colleague’s nothing can be seen, read or counted', async () => {
    const bob = await story.member('Bob');
    await story.ready(ada);
    await story.settled();
    const [{ id }] = (await story.inbox(ada)).items as [NotificationView];
    expect(await story.inbox(bob)).toMatchObject({ items: [], total: 0, unread: 0 });
    const [foreign, unknown] = [
      await story.ask(bob, 'POST', `/notifications/${id}/read`),
      await story.ask(bob, 'POST', `/notifications/${randomUUID()}/read`),
    ];
    expect(foreign).toMatchObject({ status: 404, body: { code: 'notification.not-found' } });
    expect(foreign.body.detail).toBe(unknown.body.detail);
    expect((await story.ask(bob, 'POST', '/notifications/read-all')).body).toEqual({ read: 0 });
    expect(await story.inbox(ada)).toMatchObject({ unread: 1 });
  });

  it('counts what is not read, whatever is filtered by, and marks one as read once', async () => {
    for (const title of ['One', 'Two', 'Three']) await story.ready(ada, title);
    await story.settled();
    const [{ id }] = (await story.inbox(ada)).items as [NotificationView];
    const read = await story.ask(ada, 'POST', `/notifications/${id}/read`);
    expect(read).toMatchObject({ status: 200, body: { id, is_read: true, details: { title: 'Three' } } });
    expect((await story.ask(ada, 'POST', `/notifications/${id.toUpperCase()}/read`)).body).toEqual(read.body);
    expect(await story.inbox(ada, '?is_read=true')).toMatchObject({ items: [{ id }], total: 1, unread: 2 });
    expect(await story.inbox(ada, '?is_read=false&kind=task_ready')).toMatchObject({ total: 2, unread: 2 });
    expect(await story.inbox(ada, '?kind=goal_missed&kind=goal_achieved')).toMatchObject({ items: [], unread: 2 });
    expect((await story.ask(ada, 'POST', '/notifications/read-all')).body).toEqual({ read: 2 });
    expect((await story.ask(ada, 'POST', '/notifications/read-all')).body).toEqual({ read: 0 });
    expect(await story.inbox(ada)).toMatchObject({ unread: 0, total: 3 });
    expect((await story.ask(ada, 'POST', `/notifications/${id}/read`)).body).toEqual(read.body);
  });

  it('is read page by page', async () => {
    for (const title of ['One', 'Two', 'Three']) await story.ready(ada, title);
    await story.settled();
    const first = await story.inbox(ada, '?limit=2');
    const rest = await story.inbox(ada, `?limit=2&cursor=${String(first.next_cursor)}`);
    expect([...first.items, ...rest.items].map(({ details }) => details.title)).toEqual(['Three', 'Two', 'One']);
    expect(rest).toMatchObject({ total: null, unread: 3, next_cursor: null });
    expect((await story.ask(ada, 'GET', '/notifications?is_read=maybe&kind=x&sort=kind')).body.errors).toHaveLength(3);
  });
});

describe('What one wants to be told', () => {
  const settings = '/notifications/settings';
  const USUAL = { inbox: true, email: false };

  it('is everything, into the inbox, until it is switched', async () => {
    expect((await story.ask(ada, 'GET', settings)).body).toEqual({
      ...{ task_assigned: USUAL, task_ready: USUAL, goal_achieved: USUAL, goal_missed: USUAL },
      ...{ task_due_tomorrow: USUAL, goal_off_track: USUAL },
    });
    const off = await story.ask(ada, 'PATCH', settings, { task_ready: { inbox: false }, goal_missed: { email: true } });
    expect(off.body).toMatchObject({
      task_ready: { inbox: false, email: false },
      goal_missed: { inbox: true, email: true },
      goal_achieved: USUAL,
    });
    expect((await story.ask(ada, 'GET', settings)).body).toEqual(off.body);
    expect((await story.ask(await story.member(), 'GET', settings)).body).toMatchObject({ task_ready: USUAL });
    await story.ready(ada);
    await story.tell('task.assigned', { details: { task_id: randomUUID(), title: 'T', assigned_to: ada.id } });
    expect(await story.kinds(ada)).toEqual(['task_assigned']);
  });

  it('is audited where it changes, by name', async () => {
    await story.ask(ada, 'PATCH', settings, { task_ready: { inbox: false, email: false } });
    await story.ask(ada, 'PATCH', settings, { task_ready: { inbox: false } });
    await story.ask(ada, 'PATCH', settings, {});
    const entries = await app.rows(
      'SELECT action, entity_type, entity_id, actor_id, changes FROM audit_log WHERE tenant_id = $1',
      [story.tenant.id],
    );
    expect(entries).toEqual([
      {
        ...{ action: 'notification_settings.updated', entity_type: 'notification_settings' },
        ...{ entity_id: ada.id, actor_id: ada.id },
        changes: { task_ready: { old: USUAL, new: { inbox: false, email: false } } },
      },
    ]);
  });

  it('is refused with every fault at once', async () => {
    const wrong = { task_ready: { inbox: 'yes', sms: true }, goal_missed: null, no_such_kind: { inbox: true } };
    const { status, body } = await story.ask(ada, 'PATCH', settings, wrong);
    expect(status).toBe(422);
    expect((body.errors as { pointer: string }[]).map(({ pointer }) => pointer).sort()).toEqual([
      '/goal_missed',
      '/no_such_kind',
      '/task_ready/inbox',
      '/task_ready/sms',
    ]);
  });

  it('waits for no mail where the installation sends none', async () => {
    await story.ask(ada, 'PATCH', settings, { task_ready: { email: true } });
    await story.ready(ada);
    expect(await story.kinds(ada)).toEqual(['task_ready']);
    await story.ask(ada, 'PATCH', settings, { task_ready: { inbox: false } });
    await story.ready(ada);
    expect(await story.kinds(ada)).toHaveLength(1);
    expect(await app.rows('SELECT 1 FROM notification_deliveries')).toEqual([]);
    expect(await sentOf()).toHaveLength(1);
  });

  it('keeps both of two changes at once', async () => {
    await Promise.all([
      story.ask(ada, 'PATCH', settings, { task_ready: { email: true } }),
      story.ask(ada, 'PATCH', settings, { task_ready: { inbox: false } }),
    ]);
    expect((await story.ask(ada, 'GET', settings)).body).toMatchObject({ task_ready: { inbox: false, email: true } });
  });
});
