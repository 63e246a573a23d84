import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { KeepDeadLetters } from '#application/workflows/commands/keep-dead-letters';
import { eventually, TestApp } from '../support/app';
import { BYPASS, cacheIsThere, HIT, letCommitsTake, MISS, outcomesOf } from '../support/cache';
import { DAY, MAIL, Story } from '../support/story';

const GOAL = { goal_type: 'form_submitted', criteria: { form_id: 'f-1' } };
const TAGGED = { goal_type: 'tag_added', criteria: { tag_id: 't-1' } };

/** Counted from the rows themselves, as the superuser. */
const TRUTH = `
  SELECT count(*)::int AS total_enrolled, count(*) FILTER (WHERE e.status <> 'active')::int AS total_ended,
    count(*) FILTER (WHERE e.status = 'completed_goal')::int AS goals_achieved,
    (SELECT count(DISTINCT a.enrollment_id)::int FROM workflow_goal_achievements a
     WHERE a.workflow_id = $1 AND a.goal_type = 'form_submitted') AS forms,
    (SELECT count(DISTINCT a.enrollment_id)::int FROM workflow_goal_achievements a
     WHERE a.workflow_id = $1 AND a.goal_type = 'tag_added') AS tags,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY e.time_to_goal_ms) AS median_ms
  FROM workflow_enrollments e WHERE e.workflow_id = $1`;

interface Truth {
  readonly total_enrolled: number;
  readonly total_ended: number;
  readonly goals_achieved: number;
  readonly forms: number;
  readonly tags: number;
  readonly median_ms: string | null;
}

describe('Cached statistics of a workflow', () => {
  let app: TestApp;
  let story: Story;
  let workflow: string;

  beforeAll(async () => {
    app = await TestApp.start();
    await cacheIsThere(app);
    letCommitsTake(app, 0);
  });
  afterAll(() => app.stop());

  beforeEach(async () => {
    story = await Story.begin(app);
    workflow = await active([MAIL]);
  });

  const active = async (steps: readonly unknown[], goalLogic = 'any'): Promise<string> => {
    const id = await story.workflow(steps, { goal_logic: goalLogic });
    for (const goal of [GOAL, TAGGED]) await story.must(201, story.ask('POST', `/workflows/${id}/goals`, goal));
    return id;
  };
  const read = (role: 'Owner' | 'Viewer' = 'Viewer', query = '') =>
    story.ask('GET', `/workflows/${workflow}/goals/stats${query}`, undefined, role);
  const outcome = (work: () => Promise<unknown>) => outcomesOf('workflow_statistics', work);

  const truth = async (): Promise<Truth> => (await app.rows<Truth>(TRUTH, [workflow]))[0]!;
  const shown = async () => {
    const { body } = await story.must(200, read());
    const types = body.by_goal_type as Record<string, { achieved: number }>;
    return {
      ...{ total_enrolled: body.total_enrolled, total_ended: body.total_ended, goals_achieved: body.goals_achieved },
      ...{ forms: types.form_submitted?.achieved, tags: types.tag_added?.achieved },
      median_hours: body.median_time_to_goal_hours,
    };
  };
  const told = ({ median_ms, ...counts }: Truth) => ({
    ...counts,
    median_hours: median_ms === null ? null : Math.round(Number(median_ms) / 360_000) / 10,
  });

  /** Whatever the change does to the figures is seen by the first read after it, which found the old ones until then. */
  const changesWhatIsSeen = async (change: () => Promise<unknown>): Promise<void> => {
    await read();
    expect(await outcome(read)).toEqual(HIT);
    const before = await truth();
    await change();
    const after = await truth();
    expect(after).not.toEqual(before);
    expect(await shown()).toEqual(told(after));
    expect(await outcome(async () => expect(await shown()).toEqual(told(after)))).toEqual(HIT);
  };
  const enrolled = (...contacts: readonly string[]) =>
    story.must(
      200,
      story.ask('POST', `/workflows/${workflow}/enrollments`, {
        items: contacts.map((contact_id) => ({ contact_id })),
      }),
    );
  const submitted = (contact: string, more: object = {}) => ({
    ...{ event_id: randomUUID(), event_type: 'form.submitted', tenant_id: story.tenant.id, contact_id: contact },
    ...{ data: { form_id: 'f-1' }, ...more },
  });
  /** Ways without an answer: done when the rows say so. */
  const untilExited = (contacts: number) => eventually(truth, ({ goals_achieved }) => goals_achieved >= contacts);

  it('are found the second time, each period and each tenant for itself', async () => {
    await read();
    expect(await outcome(read)).toEqual(HIT);
    expect(await outcome(() => read('Owner'))).toEqual(HIT);
    expect(await outcome(() => read('Viewer', '?from=2026-01-01&to=2026-01-02'))).toEqual(MISS);
    const stranger = await app.tenant();
    const path = `/workflows/${workflow}/goals/stats`;
    expect(await app.ask('GET', path, { token: stranger.token.Owner })).toMatchObject({ status: 404 });
  });

  it('are found by nobody who may not see them', async () => {
    await read();
    const path = `/workflows/${workflow}/goals/stats`;
    expect(await app.ask('GET', path, { token: 'none' })).toMatchObject({ status: 401 });
  });

  it('are fresh after one is enrolled, and after many are', async () => {
    await changesWhatIsSeen(() => story.enroll(workflow, 'c-1'));
    await changesWhatIsSeen(() => enrolled('c-2', 'c-3', 'c-4'));
  });

  it('are fresh after an enrollment under an Idempotency-Key, and stay when that is replayed', async () => {
    const enroll = () =>
      story.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: 'c-1' }, 'Owner', {
        headers: { 'idempotency-key': `k-${workflow}` },
      });
    await changesWhatIsSeen(() => story.must(201, enroll()));
    await story.must(201, enroll());
    expect(await outcome(read)).toEqual(HIT);
  });

  it('stay when an enrollment is refused', async () => {
    await story.enroll(workflow, 'c-1');
    await read();
    const path = `/workflows/${workflow}/enrollments`;
    await story.must(409, story.ask('POST', path, { contact_id: 'c-1' }));
    const keyed = { headers: { 'idempotency-key': randomUUID() } };
    await story.must(409, story.ask('POST', path, { contact_id: 'c-1' }, 'Owner', keyed));
    expect(await outcome(read)).toEqual(HIT);
  });

  it.each([
    ['HTTP', (event: object) => story.must(200, story.ask('POST', '/events', event))],
    [
      'Redis Streams',
      (event: object) => app.redis.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify(event)),
    ],
    [
      'Redis Pub/Sub',
      (event: object) =>
        eventually(
          () => app.redis.publish('form.submitted', JSON.stringify(event)),
          (listeners) => listeners > 0,
        ),
    ],
  ])('are fresh after an event over %s', async (_, send) => {
    await enrolled('c-1', 'c-2');
    await changesWhatIsSeen(async () => {
      await send(submitted('c-1'));
      await untilExited(1);
    });
  });

  it('are fresh after a batch of events of two tenants, for both', async () => {
    await enrolled('c-1', 'c-2');
    const other = await Story.begin(app);
    const theirs = await other.workflow([MAIL]);
    await other.must(201, other.ask('POST', `/workflows/${theirs}/goals`, GOAL));
    await other.enroll(theirs, 'c-1');
    const ofTheirs = () => other.ask('GET', `/workflows/${theirs}/goals/stats`);
    await ofTheirs();
    expect(await outcome(ofTheirs)).toEqual(HIT);
    await changesWhatIsSeen(async () => {
      const events = [submitted('c-1'), { ...submitted('c-1'), tenant_id: other.tenant.id }, submitted('c-2')];
      const pipeline = app.redis.pipeline();
      for (const event of events) pipeline.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify(event));
      await pipeline.exec();
      await untilExited(2);
      await eventually(
        () => other.counter(theirs, 'goals_achieved'),
        (count) => count === 1,
      );
    });
    expect((await ofTheirs()).body).toMatchObject({ goals_achieved: 1, total_ended: 1 });
  });

  it('are fresh after the first of two goals that must both be achieved', async () => {
    workflow = await active([MAIL], 'all');
    await enrolled('c-1');
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', '/events', submitted('c-1'))));
    const tag = submitted('c-1', { event_type: 'contact.tag.added', data: { tag_id: 't-1' } });
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', '/events', tag)));
  });

  it('are fresh after one is exited, and after many are', async () => {
    const { id } = await story.enroll(workflow, 'c-1');
    await enrolled('c-2', 'c-3');
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', `/enrollments/${id}/exit`, { reason: 'r' })));
    const exit = { reason: 'r', contact_ids: ['c-2', 'c-3'] };
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', `/workflows/${workflow}/enrollments/exit`, exit)));
  });

  it('are fresh after an enrollment is completed, by its last action or by hand', async () => {
    await story.enroll(workflow, 'c-1');
    const [action] = await story.claim();
    await changesWhatIsSeen(() => story.must(200, story.complete(action!)));
    const { id } = await story.enroll(workflow, 'c-2');
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', `/enrollments/${id}/complete`)));
  });

  it('are fresh after an action has failed for good', async () => {
    await story.enroll(workflow, 'c-1');
    const [action] = await story.claim();
    await changesWhatIsSeen(() => story.must(200, story.fail(action!, { error: 'No.' })));
  });

  it('are fresh after the clock has completed an enrollment', async () => {
    workflow = await active([DAY]);
    const { id } = await story.enroll(workflow, 'c-1');
    await changesWhatIsSeen(async () => {
      await story.letPass(id, '2 days');
      await eventually(truth, ({ total_ended }) => total_ended === 1);
    });
  });

  it('are fresh after a contact has opted out, and after one was erased', async () => {
    await enrolled('c-1', 'c-2');
    const put = { opted_out: true };
    await changesWhatIsSeen(() => story.must(200, story.ask('PUT', '/contacts/c-1', put)));
    await changesWhatIsSeen(() => story.must(204, story.ask('DELETE', '/contacts/c-2')));
  });

  it('are fresh after a message that was set aside is replayed', async () => {
    await enrolled('c-1');
    const letter = {
      ...{ way: 'stream' as const, origin: randomUUID(), tenantId: story.tenant.id, detail: 'by hand' },
      ...{
        reason: 'invalid_event' as const,
        raw: Buffer.from(JSON.stringify(submitted('c-1'))),
        receivedAt: new Date(),
      },
    };
    const system = Actor.system([story.tenant.id], 'event:publish');
    expect(await app.nest.get<Door>(Door).send(new KeepDeadLetters(system, [letter]))).toMatchObject({ ok: true });
    const { body } = await story.ask<{ items: { id: string }[] }>('GET', '/dead-letters');
    await changesWhatIsSeen(() => story.must(200, story.ask('POST', `/dead-letters/${body.items[0]!.id}/replay`)));
  });

  it.each([[[]], [['c-1']]])(
    'are gone with their workflow, and back with it, where %j is enrolled',
    async (contacts) => {
      if (contacts.length > 0) await enrolled(...contacts);
      await read();
      expect(await outcome(read)).toEqual(HIT);
      const { headers } = await story.ask('GET', `/workflows/${workflow}`);
      const seen = { headers: { 'if-match': headers.etag ?? '' } };
      await story.must(204, story.ask('DELETE', `/workflows/${workflow}`, undefined, 'Owner', seen));
      await story.must(404, read());
      await story.must(404, read());
      await story.must(200, story.ask('POST', `/workflows/${workflow}/restore`));
      expect(await shown()).toEqual(told(await truth()));
    },
  );

  it('are kept only when a Redis that knew nothing of the tenant has known it for as long as a commit may take', async () => {
    const own = await TestApp.start();
    await cacheIsThere(own);
    const tellers = await Story.begin(own);
    const id = await tellers.workflow([MAIL]);
    const stats = () => tellers.ask('GET', `/workflows/${id}/goals/stats`);
    expect(await outcome(stats)).toEqual(BYPASS);
    expect(await outcome(stats)).toEqual(BYPASS);
    await own.stop();
  });
});
