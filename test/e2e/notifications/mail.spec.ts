import { register } from 'prom-client';
import { SmtpChannel } from '#infrastructure/mail/smtp-channel';
import { eventually, TestApp } from '../../support/app';
import { InboxStory, type Person } from '../../support/inbox-story';
import { MailReceiver } from '../../support/mail-receiver';

describe('Notifications by mail', () => {
  const receiver = new MailReceiver();
  let port: number;
  let app: TestApp;
  let story: InboxStory;
  let ada: Person;

  const wants = async (person: Person, inbox = true): Promise<void> => {
    const both = { inbox, email: true };
    await story.ask(person, 'PATCH', '/notifications/settings', { task_ready: both });
  };

  const deliveries = () =>
    app.rows<{ id: string; state: string; attempts: number; last_error: string | null }>(
      `SELECT notification_id AS id, state, attempts, last_error FROM notification_deliveries WHERE tenant_id = $1
       ORDER BY notification_id`,
      [story.tenant.id],
    );

  const until = (state: string, count = 1) =>
    eventually(deliveries, (all) => all.filter((one) => one.state === state).length === count);

  const circuit = async (): Promise<number | undefined> => {
    const { values } = await register.getSingleMetric('goal_circuit_state')!.get();
    return values.find(({ labels }) => labels.circuit === 'smtp')?.value;
  };

  beforeAll(async () => {
    port = await receiver.begin();
    app = await TestApp.start({
      SMTP_URL: `smtp://127.0.0.1:${String(port)}`,
      MAIL_FROM: 'Goals <goals@example.org>',
      BREAKER_FAILURES: '2',
      BREAKER_RESET_MS: '600',
    });
  });
  afterAll(async () => {
    await app.stop();
    await receiver.end();
  });
  beforeEach(async () => {
    story = await InboxStory.begin(app);
    ada = await story.member('Ada\nLovelace');
  });

  it('come to whom it concerns, by name, under the id of the notification', async () => {
    await wants(ada);
    await story.ready(ada, 'Count the\r\nstock – café');
    const id = (await until('sent'))[0]!.id;
    const [letter] = receiver.to(ada);
    expect(letter).toMatchObject({ from: 'goals@example.org' });
    expect(letter!.text).toContain('From: Goals <goals@example.org>');
    expect(letter!.text).toMatch(new RegExp(`^Message-ID: <${id}@goal-service>\r?$`, 'm'));
    expect(letter!.text).toMatch(/^Subject: =\?UTF-8\?\S+\?=/m);
    expect(letter!.text).toContain('Hello Ada Lovelace,');
    expect(letter!.text).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(await deliveries()).toMatchObject([{ state: 'sent', attempts: 1, last_error: null }]);
    expect(await story.inbox(ada)).toMatchObject({ unread: 1 });
  });

  it('come alone where the inbox is switched off', async () => {
    await wants(ada, false);
    await story.ready(ada);
    const id = (await until('sent'))[0]!.id;
    expect(receiver.to(ada)).toHaveLength(1);
    expect(await story.inbox(ada)).toMatchObject({ items: [], unread: 0 });
    expect((await story.ask(ada, 'POST', `/notifications/${id}/read`)).status).toBe(404);
  });

  it('do not come where nobody has asked for them', async () => {
    await story.ready(ada);
    await story.settled();
    expect(await deliveries()).toEqual([]);
  });

  it('are given up at once where the address is none, without blame for the server', async () => {
    await wants(ada);
    await app.rows(`UPDATE users SET email = 'nobody-' || email WHERE id = $1`, [ada.id]);
    for (let n = 0; n < 3; n += 1) await story.ready(ada);
    expect(await until('failed', 3)).toMatchObject(
      Array.from({ length: 3 }, () => ({
        attempts: 1,
        last_error: expect.stringContaining('no such mailbox') as string,
      })),
    );
    expect(await circuit()).toBe(0);
  });

  it('are not sent to who is no member any more', async () => {
    await wants(ada);
    await app.rows('DELETE FROM users WHERE tenant_id = $1 AND id = $2', [story.tenant.id, story.tenant.userId]);
    await app.rows(
      `INSERT INTO notifications (tenant_id, id, user_id, kind, details, source_key, in_inbox, created_at)
       VALUES ($1, $2, $2, 'task_ready', '{}', 'x', true, now())`,
      [story.tenant.id, story.tenant.userId],
    );
    await app.rows(
      `INSERT INTO notification_deliveries (tenant_id, notification_id, channel, state, attempts, next_at)
       VALUES ($1, $2, 'email', 'pending', 0, now())`,
      [story.tenant.id, story.tenant.userId],
    );
    expect(await until('failed')).toMatchObject([{ last_error: 'the reader is no member any more' }]);
  });

  it('wait while the server is down, behind an open breaker, and come once it is back', async () => {
    await wants(ada);
    await receiver.end();
    for (let n = 0; n < 6; n += 1) await story.ready(ada, `Task ${String(n)}`);
    await eventually(circuit, (value) => value === 2);
    const tried = await eventually(deliveries, (all) => all.length === 6 && all.some(({ attempts }) => attempts > 0));
    expect(tried.every(({ state }) => state === 'pending')).toBe(true);
    const { length } = receiver.letters;
    await receiver.begin(port);
    // What is being sent just now is left alone: whoever locks rows in another order than the service may deadlock with it.
    const due = () =>
      app.rows(
        `UPDATE notification_deliveries SET next_at = now() WHERE notification_id IN (
           SELECT notification_id FROM notification_deliveries WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED)`,
        [story.tenant.id],
      );
    await eventually(
      async () => {
        await due();
        return deliveries();
      },
      (all) => all.every(({ state }) => state === 'sent'),
    );
    expect(receiver.letters.length - length).toBe(6);
    expect(new Set(receiver.to(ada).map(({ text }) => /^Message-ID: (\S+)/m.exec(text)?.[1])).size).toBe(6);
    expect(await circuit()).toBe(0);
  });

  it('are tried again later when the server was down, with what it said', async () => {
    await wants(ada);
    await receiver.end();
    await story.ready(ada);
    const [tried] = await eventually(deliveries, ([one]) => (one?.attempts ?? 0) > 0);
    expect(tried).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_error: expect.stringContaining('ECONNREFUSED') as string,
    });
    const [{ wait }] = (await app.rows(
      `SELECT round(extract(epoch FROM next_at - now()) / 60)::int AS wait FROM notification_deliveries WHERE tenant_id = $1`,
      [story.tenant.id],
    )) as [{ wait: number }];
    expect(wait).toBe(1);
    await receiver.begin(port);
  });

  it('whose worker has died are sent by another when the lease is over, and not before', async () => {
    await wants(ada);
    const lease = async (until: string): Promise<void> => {
      await app.rows(
        `UPDATE notification_deliveries SET state = 'pending', next_at = now(), claimed_until = now() + $2::interval
         WHERE tenant_id = $1`,
        [story.tenant.id, until],
      );
    };
    await story.ready(ada);
    await until('sent');
    await lease('1 hour');
    await story.ready(ada);
    await until('sent');
    expect(receiver.to(ada)).toHaveLength(2);
    await lease('-1 second');
    await until('sent', 2);
    expect(receiver.to(ada).length).toBeGreaterThanOrEqual(3);
    const ids = receiver.to(ada).map(({ text }) => /^Message-ID: (\S+)/m.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('A mail server that does not answer', () => {
  const message = { id: 'one', to: 'ada@example.org', subject: 'Hello', text: 'Hello' };
  const codeOf = async (channel: SmtpChannel) => {
    const delivered = await channel.deliver(message);
    return delivered.ok ? 'sent' : delivered.error.code;
  };

  it('is asked no more after so many failures in a row, until some time has passed; then once', async () => {
    const receiver = new MailReceiver();
    const port = await receiver.begin();
    await receiver.end();
    const channel = new SmtpChannel(`smtp://127.0.0.1:${String(port)}?logger=false`, 'a@example.org', {
      failures: 2,
      resetMs: 300,
    });
    expect(channel.isBlocked).toBe(false);
    expect([await codeOf(channel), await codeOf(channel)]).toEqual(['channel.failed', 'channel.failed']);
    expect(channel.isBlocked).toBe(true);
    expect(await codeOf(channel)).toBe('channel.blocked');
    await eventually(
      async () => channel.isBlocked,
      (blocked) => !blocked,
    );
    expect(await codeOf(channel)).toBe('channel.failed');
    expect(channel.isBlocked).toBe(true);
    await receiver.begin(port);
    await eventually(
      async () => channel.isBlocked,
      (blocked) => !blocked,
    );
    expect([await codeOf(channel), await codeOf(channel)]).toEqual(['sent', 'sent']);
    channel.onApplicationShutdown();
    await receiver.end();
  });
});
