import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { EVENT_TYPES } from '#domain/workflows/goal-type';
import { GOAL_FACTS } from '#domain/goals/outgoing';
import { NOTIFICATION_FACTS } from '#domain/notifications/outgoing';
import { SHARED_FACTS } from '#domain/shared/outgoing';
import { TASK_FACTS } from '#domain/tasks/outgoing';
import { WORKFLOW_FACTS } from '#domain/workflows/outgoing';
import { VERSION } from '#infrastructure/config/version';
import { OUT_CHANNEL, OUT_STREAM } from '#infrastructure/redis/out-stream';
import { shardKey } from '#infrastructure/redis/stream-loop';
import { eventually, TestApp } from '../support/app';
import { MessageCatalog, referencesIn, resolved } from '../support/async-api';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { GoalStory } from '../support/goal-story';
import { Story } from '../support/story';
import { TaskStory } from '../support/task-story';
import { GoalChanges } from './support/goal-changes';
import { tellSomebody } from './support/notification-changes';
import { TaskChanges } from './support/task-changes';
import { LONG_AGO, WorkflowChanges } from './support/workflow-changes';

const catalog = new MessageCatalog();
const { document } = catalog;
const channels = Object.entries(document.channels);
const TYPES = [...WORKFLOW_FACTS, ...GOAL_FACTS, ...TASK_FACTS, ...NOTIFICATION_FACTS, ...SHARED_FACTS];

type Payload = Readonly<Record<string, unknown>>;

describe('docs/asyncapi.yaml', () => {
  it('is AsyncAPI 3.0 of this version of the service', () => {
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: 'Goal Service', version: VERSION } });
  });

  it('refers to nothing that is not there', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((one) => resolved(document, one) === undefined)).toEqual([]);
  });

  it('has for every channel an address of its own, messages, and an operation that uses it', () => {
    const used = Object.values(document.operations).flatMap(({ channel, reply }) => [channel, reply?.channel]);
    const unused = channels.filter(([name]) => !used.some((one) => one?.$ref === `#/channels/${name}`));
    expect(unused).toEqual([]);
    expect(new Set(channels.map(([, { address }]) => address)).size).toBe(channels.length);
    expect(channels.filter(([, { messages }]) => Object.keys(messages).length === 0)).toEqual([]);
  });

  it('has for every operation a channel, and no messages but those of its channel', () => {
    for (const [name, { action, channel, messages = [], reply }] of Object.entries(document.operations)) {
      expect({ name, action }).toEqual({ name, action: expect.stringMatching(/^(send|receive)$/) as string });
      expect(channel.$ref).toMatch(/^#\/channels\/\w+$/);
      const foreign = messages.filter(({ $ref }) => !$ref.startsWith(`${channel.$ref}/messages/`));
      expect({ name, foreign }).toEqual({ name, foreign: [] });
      if (reply) expect(reply.channel.$ref).toMatch(/^#\/channels\/\w+$/);
    }
  });

  it('has examples of every message, which fit it and no other of their channel', () => {
    for (const [channel, { address }] of channels) {
      const messages = catalog.messagesOf(channel);
      for (const [name, { examples }] of Object.entries(messages)) {
        expect({ channel, name, examples: examples.length > 0 }).toEqual({ channel, name, examples: true });
        for (const { name: only, payload } of examples) {
          if (only !== undefined && only !== address) continue;
          const fitting = Object.keys(messages).filter((one) => catalog.faultsOf(channel, one, payload).length === 0);
          expect({ channel, name, fitting, faults: catalog.faultsOf(channel, name, payload) }).toEqual({
            channel,
            name,
            fitting: [name],
            faults: [],
          });
        }
      }
    }
  });

  it('describes every type that can be told, and no other', () => {
    expect(Object.keys(catalog.messagesOf('eventsOut')).sort()).toEqual([...TYPES].sort());
    expect(catalog.messagesOf('goalEvents')).toEqual(catalog.messagesOf('eventsOut'));
  });

  it('finds fault with a message that lacks something, has too much, or is of another type', () => {
    const [example] = catalog.messagesOf('eventsOut')['workflow.enrolled']!.examples;
    const faults = (changes: object) =>
      catalog.faultsOf('eventsOut', 'workflow.enrolled', { ...example!.payload, ...changes });
    const details = example!.payload.details as object;
    expect(faults({})).toEqual([]);
    for (const changes of [
      { event_type: 'workflow.paused' },
      { more: 1 },
      { timestamp: 'yesterday' },
      { user_id: 'nobody' },
      { request_id: undefined },
      { details: { ...details, more: 1 } },
      { details: { ...details, contact_id: undefined } },
    ])
      expect(faults(changes)).not.toEqual([]);
    expect(catalog.faultsOf('eventsOut', 'workflow.vanished', example!.payload)).toHaveLength(1);
  });

  it('finds fault with a status of a goal that changed without a reason, and with a reason for something else', () => {
    const [edited, held] = catalog.messagesOf('eventsOut')['goal.updated']!.examples.map(({ payload }) => payload);
    const faults = (payload: Payload, changes: Payload) =>
      catalog.faultsOf('eventsOut', 'goal.updated', {
        ...payload,
        details: { ...(payload.details as Payload), ...changes },
      });
    expect([faults(edited!, {}), faults(held!, {})]).toEqual([[], []]);
    expect(faults(edited!, { reason: null })).not.toEqual([]);
    expect(faults(held!, { reason: undefined })).not.toEqual([]);
    const changes = {
      ...(edited!.details as { changes: Payload }).changes,
      ...(held!.details as { changes: Payload }).changes,
    };
    expect(faults(held!, { changes })).not.toEqual([]);
  });
});

interface Outgoing extends Record<string, unknown> {
  readonly event_type: string;
  readonly tenant_id: string;
  readonly user_id: string | null;
  readonly details: Payload;
}

/** The fields that the messages of a type say to have changed. */
const changedIn = (messages: readonly Outgoing[], type: string): ReadonlySet<string> =>
  new Set(
    messages.flatMap(({ event_type, details }) => (event_type === type ? Object.keys(details.changes ?? {}) : [])),
  );

/** Every word that a schema lists for the names of properties. */
const propertyNamesIn = (schema: unknown): string[] =>
  typeof schema !== 'object' || schema === null
    ? []
    : Object.entries(schema).flatMap(([key, one]) =>
        key === 'propertyNames' ? (one as { enum: string[] }).enum : propertyNamesIn(one),
      );

describe('The messages of the running service', () => {
  let app: TestApp;
  let story: Story;
  let workflows: WorkflowChanges;
  /** Channels know no databases: a server that other suites share would mix their messages in. */
  let server: PrivateRedis;
  let bus: Redis;
  let ear: Redis;
  const replies = channels.flatMap(([, { address }]) => (address.endsWith('.reply') ? [address] : []));
  const heard: { readonly channel: string; readonly text: string }[] = [];

  beforeAll(async () => {
    server = await privateRedis();
    app = await TestApp.start({ REDIS_URL: server.url });
    bus = new Redis(server.url);
    ear = new Redis(server.url);
    ear.on('message', (channel: string, text: string) => heard.push({ channel, text }));
    await ear.subscribe(OUT_CHANNEL, ...replies);
    await eventually(
      () => bus.pubsub('NUMSUB', 'goal_service.exit_enrollment', 'pipeline.stage.changed'),
      (answer) => Number(answer[1]) > 0 && Number(answer[3]) > 0,
    );
    story = await Story.begin(app);
    workflows = new WorkflowChanges(story);
  });
  afterAll(async () => {
    ear.disconnect();
    bus.disconnect();
    await app.stop();
    await server.stop();
  });

  /** A workflow whose goal an example of an incoming event reaches. */
  const workflowFor = async (type: string, data: Readonly<Record<string, unknown>>): Promise<string> => {
    const { tag_id, form_id, pipeline_id, stage_id } = data;
    const goal = {
      'contact.tag.added': { goal_type: 'tag_added', criteria: { tag_id } },
      'payment.completed': { goal_type: 'purchase_made', criteria: { any_purchase: true } },
      'appointment.booked': { goal_type: 'appointment_booked', criteria: { any_appointment: true } },
      'form.submitted': { goal_type: 'form_submitted', criteria: { form_id } },
      'pipeline.stage.changed': { goal_type: 'pipeline_stage_reached', criteria: { pipeline_id, stage_id } },
    }[type];
    const workflow = await story.workflow([{ type: 'action', action: 'send_email' }]);
    await workflows.configure(workflow, { ...goal, active_since: LONG_AGO });
    return workflow;
  };

  /** An example under names of this run, and the enrollment that it is to end. */
  const prepared = async (type: string, example: Payload): Promise<{ payload: Payload; enrollment: string }> => {
    const framed = 'pattern' in example;
    const event = (framed ? example.data : example) as Payload;
    const workflow = await workflowFor(type, (event.data ?? event) as Payload);
    const contact = `contact-${randomUUID()}`;
    const enrollment = await story.enroll(workflow, contact, { enrolled_at: LONG_AGO });
    const tenant = 'account_id' in event ? { account_id: story.tenant.id } : { tenant_id: story.tenant.id };
    const mine = { ...event, ...tenant, contact_id: contact, event_id: randomUUID() };
    return { payload: framed ? { ...example, data: mine } : mine, enrollment: enrollment.id };
  };

  const isReached = (enrollment: string) =>
    eventually(
      () => story.enrollment(enrollment),
      ({ status }) => status === 'completed_goal',
    );

  /** Sends a request, and answers what came back up to the frame's last word. */
  const asked = async (channel: string, example: Payload, data: Payload) => {
    const { address } = document.channels[channel]!;
    const packet = { ...example, data: { ...(example.data as Payload), ...data }, id: randomUUID() };
    await bus.publish(address, JSON.stringify(packet));
    const frames = await eventually(
      () =>
        Promise.resolve(
          heard
            .filter((one) => one.channel === `${address}.reply`)
            .map(({ text }) => JSON.parse(text) as Payload)
            .filter(({ id }) => id === packet.id),
        ),
      (all) => all.some(({ isDisposed }) => isDisposed === true),
    );
    for (const frame of frames) expect(catalog.faultsOf(`${channel}Reply`, 'reply', frame)).toEqual([]);
    return frames[0]?.response as { ok: boolean; value?: Payload };
  };

  const told = async (): Promise<Outgoing[]> => {
    const entries = await bus.xrange(OUT_STREAM, '-', '+');
    return entries.map(([, fields]) => {
      expect(fields[0]).toBe('event');
      return JSON.parse(fields[1] ?? '') as Outgoing;
    });
  };

  const incoming = Object.values(document.operations).flatMap(({ action, channel, reply }) =>
    action === 'receive' && !reply ? [channel.$ref.replace('#/channels/', '')] : [],
  );

  it('are taken on the channels described and no other, an event type each, and on the stream', async () => {
    const listening = (await bus.pubsub('CHANNELS')) as string[];
    const own = [OUT_CHANNEL, OUT_STREAM, shardKey(0).replace('0', '{shard}'), ...replies];
    expect(listening.filter((one) => !own.includes(one)).sort()).toEqual(
      channels.flatMap(([, { address }]) => (own.includes(address) ? [] : [address])).sort(),
    );
    expect(Object.keys(catalog.messagesOf('eventsIn')).sort()).toEqual([...EVENT_TYPES].sort());
    expect(channels.map(([, { address }]) => address)).toEqual(expect.arrayContaining(own));
  });

  it.each(incoming)('takes every example of %s, each of which reaches a goal', async (channel) => {
    const { address } = document.channels[channel]!;
    let sent = 0;
    for (const [name, { examples }] of Object.entries(catalog.messagesOf(channel)))
      for (const { name: only, payload: example } of examples) {
        if (only !== undefined && only !== address) continue;
        const { payload, enrollment } = await prepared(channel === 'eventsIn' ? name : address, example);
        const json = JSON.stringify(payload);
        if (channel === 'eventsIn') await bus.xadd(address.replace('{shard}', '0'), '*', 'event', json);
        else expect(await bus.publish(address, json)).toBe(1);
        await isReached(enrollment);
        sent += 1;
      }
    expect(sent).toBeGreaterThanOrEqual(2);
    expect(await app.rows('SELECT reason, detail FROM dead_letters')).toEqual([]);
  });

  it('answers every example of a request, and refusals too, as described', async () => {
    const exampleOf = (channel: string): Payload => catalog.messagesOf(channel).request!.examples[0]!.payload;
    const ids = { tenant_id: story.tenant.id };
    const workflow = await story.workflow();
    const enrolled = await asked('enrollContact', exampleOf('enrollContact'), { ...ids, workflow_id: workflow });
    expect(enrolled).toMatchObject({ ok: true, value: { status: 'active' } });
    const exit = { ...ids, enrollment_id: enrolled.value?.id };
    const exited = await asked('exitEnrollment', exampleOf('exitEnrollment'), exit);
    expect(exited).toMatchObject({ ok: true, value: { status: 'exited' } });
    const stats = await asked('workflowStats', exampleOf('workflowStats'), { ...ids, workflow_id: workflow });
    expect(stats).toMatchObject({ ok: true, value: { total_enrolled: 1 } });
    const event = exampleOf('evaluateEvent');
    const { payload, enrollment } = await prepared('form.submitted', event.data as Payload);
    expect(await asked('evaluateEvent', event, payload)).toMatchObject({ ok: true, value: { outcome: 'achieved' } });
    await isReached(enrollment);
    expect(await asked('evaluateEvent', event, { ...ids, contact_id: 7 })).toMatchObject({ ok: false });
    expect(await asked('workflowStats', exampleOf('workflowStats'), ids)).toMatchObject({ ok: false });
  });

  it('of the streams have their other fields described too', async () => {
    const { payload, enrollment } = await prepared('form.submitted', {
      event_type: 'form.submitted',
      data: { form_id: 'f-9' },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await bus.xadd(shardKey(0), '*', 'event', JSON.stringify(payload), 'traceparent', traceparent);
    await isReached(enrollment);
    const others = async () => (await bus.xrange(OUT_STREAM, '-', '+')).flatMap(([, [, , ...fields]]) => fields);
    expect(await eventually(others, ({ length }) => length === 4)).toEqual(
      ['traceparent', traceparent, 'traceparent', traceparent], // achieved, and exited
    );
    expect(document.channels.eventsOut?.description).toContain('`traceparent`');
    for (const field of ['key_id', 'signature', 'traceparent'])
      expect(document.channels.eventsIn?.description).toContain(`\`${field}\``);
  });

  it('fit their description, every type of it goes out, and the channel carries what the stream does', async () => {
    await workflows.changeWorkflows();
    await workflows.endEnrollments();
    const example = { event_type: 'form.submitted', data: { form_id: 'f-9' } };
    const { payload, enrollment } = await prepared('form.submitted', example);
    await workflows.act('/events', payload);
    await isReached(enrollment);
    const goals = await GoalStory.begin(app);
    await new GoalChanges(goals).changeEverything();
    await tellSomebody(app, story.tenant.id);
    const tasks = await TaskStory.begin(app);
    await new TaskChanges(tasks).changeEverything();
    for (const { tenant } of [story, goals, tasks.goals]) {
      expect(await app.ask('POST', '/sync', { token: tenant.token.Owner })).toMatchObject({ status: 202 });
    }
    await eventually(
      () => app.rows(`SELECT FROM sync_runs WHERE status = 'running'`),
      ({ length }) => length === 0,
    );
    const byTheService = ({ event_type, user_id }: Outgoing) => event_type === 'workflow.completed' && user_id === null;
    await eventually(told, (messages) => messages.some(byTheService));
    const [{ outbox }] = (await app.rows('SELECT count(*)::int AS outbox FROM outbox')) as [{ outbox: number }];
    const messages = await eventually(told, ({ length }) => length === outbox);

    const misfits = messages.flatMap((message) =>
      catalog.faultsOf('eventsOut', message.event_type, message).map((fault) => ({ message, fault })),
    );
    expect(misfits).toEqual([]);
    expect(new Set(messages.map(({ event_type }) => event_type))).toEqual(new Set(TYPES));
    for (const [type, { payload: described }] of Object.entries(catalog.messagesOf('eventsOut'))) {
      const names = propertyNamesIn(described);
      if (names.length > 0) expect([type, changedIn(messages, type)]).toEqual([type, new Set(names)]);
    }
    // A sync is carried out by the service itself.
    const ofGoals = messages.filter(
      ({ tenant_id, event_type }) => tenant_id === goals.tenant.id && !event_type.endsWith('.synced'),
    );
    expect(new Set(ofGoals.map(({ user_id }) => user_id))).toEqual(new Set([goals.tenant.userId]));
    const published = await eventually(
      () => Promise.resolve(heard.filter(({ channel }) => channel === OUT_CHANNEL)),
      ({ length }) => length >= outbox,
    );
    expect(published.map(({ text }) => JSON.parse(text) as unknown)).toEqual(messages);
  });
});
