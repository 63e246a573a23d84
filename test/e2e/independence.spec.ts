import fc from 'fast-check';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { eventually, TestApp } from '../support/app';
import { disagreements, story, tell, type Told } from '../support/detection';
import type { ModelEvent } from '../support/model';

const STORIES = 150;
const STREAM = 'goal-service:events:in:0';

/** Events one after the other in batches of these sizes, whichever way each batch takes. */
const inBatches = <T>(all: readonly T[], sizes: readonly number[]): T[][] => {
  const batches: T[][] = [];
  for (let at = 0; at < all.length;) {
    const size = sizes[batches.length % sizes.length] ?? 1;
    batches.push(all.slice(at, at + size));
    at += size;
  }
  return batches;
};

describe('Whether an enrollment exits, and which goals are achieved under all,', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const overHttp = async (events: readonly ModelEvent[], token: string) => {
    const body = { events: events.map((event) => ({ ...event, tenant_id: undefined })) };
    const answer = await app.ask('POST', '/events', { token, body });
    expect(answer.status).toBe(200);
  };

  const overTheStream = async (events: readonly ModelEvent[]) => {
    for (const event of events) await app.redis.xadd(STREAM, '*', 'event', JSON.stringify(event));
  };

  const overPubSub = async (events: readonly ModelEvent[]) => {
    for (const event of events) await app.redis.publish(event.event_type, JSON.stringify(event));
  };

  const inOneBatch = async (events: readonly ModelEvent[]) => {
    const now = new Date();
    const arrivals = events.map((event) => {
      const envelope = readEnvelope(event, { receivedAt: now, now, fallbackId: () => '' });
      if (envelope.kind !== 'event') throw new Error('the story has a bad event');
      return { event: envelope.event, requestId: null, traceparent: null, answered: false };
    });
    await app.nest.get(EventBatcher).decide(arrivals);
  };

  it('does not depend on order, batch boundaries, duplicates or the way in', async () => {
    const tenants = await Promise.all([app.tenant(), app.tenant(), app.tenant()]);
    const stories: Told[] = [];
    for (const [n, one] of fc.sample(story, { numRuns: STORIES, seed: 20261121 }).entries()) {
      const tenant = tenants[n % tenants.length];
      if (tenant) stories.push(await tell(app, tenant.id, n, one));
    }
    const all = stories.flatMap(({ events }) => events);
    const copies = all.filter((_, n) => n % 7 === 0);
    const [shuffled = []] = fc.sample(
      fc.shuffledSubarray([...all, ...copies], { minLength: all.length + copies.length }),
      {
        numRuns: 1,
        seed: 7,
      },
    );
    await eventually(
      () => app.redis.pubsub('NUMSUB', 'form.submitted'),
      ([, listeners]) => Number(listeners) > 0,
    );
    const batches = inBatches(shuffled, [1, 40, 3, 17, 90, 2]);
    for (const [n, batch] of batches.entries()) {
      if (n % 4 === 0) await inOneBatch(batch);
      if (n % 4 === 1) await overTheStream(batch);
      if (n % 4 === 2) await overPubSub(batch);
      if (n % 4 === 3)
        await Promise.all(
          tenants.map(async ({ id, token }) => {
            const own = batch.filter(({ tenant_id }) => tenant_id === id);
            if (own.length > 0) await overHttp(own, token.Editor);
          }),
        );
    }
    const left = await eventually(
      () => disagreements(app, stories),
      (differences) => differences.length === 0,
    );
    expect(left).toEqual([]);
    // The stories must be worth telling: some exit, some achieve without an exit, some are left alone.
    const [count] = await app.rows(
      `SELECT count(*) FILTER (WHERE status = 'completed_goal')::int > 20 AS exits, count(*) FILTER (WHERE status = 'active')::int > 20 AS stay
       FROM workflow_enrollments`,
    );
    expect(count).toEqual({ exits: true, stay: true });
  });
});
