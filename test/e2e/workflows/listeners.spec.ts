import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, TestApp } from '../../support/app';
import { Proxy } from '../../support/proxy';
import { Story, wellDone, type Json } from '../../support/stories';

interface Listener {
  readonly goal_id: string;
  readonly event_type: string;
  readonly registered_at: string | null;
  readonly expires_at: string | null;
  readonly open_enrollments: number;
}

const TTL_SECONDS = 86_400;

describe('Listeners (SPEC 4.6)', () => {
  let redisUrl: string;
  let proxy: Proxy;
  let app: TestApp;
  let story: Story;

  beforeAll(async () => {
    redisUrl = await freshRedis();
    proxy = await Proxy.before(redisUrl);
    app = await TestApp.start({ REDIS_URL: proxy.url, LISTENER_CLEANUP_INTERVAL_SECONDS: '3600' });
    await app.redis.select(Number(new URL(redisUrl).pathname.slice(1)));
    story = await Story.begin(app);
    await eventually(
      () => health(),
      ({ state }) => state === 'ok',
    );
  });
  beforeEach(async () => {
    story = await Story.begin(app);
  });
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await app.stop();
    await proxy.stop();
  });

  const health = async (): Promise<Json> => {
    const report = await app.ask<{ details: Record<string, Json> }>('GET', '//health');
    return report.body.details.listeners ?? {};
  };

  const listeners = async (workflow: string): Promise<readonly Listener[]> => {
    const answer = await story.get<{ items: readonly Listener[] }>(`/workflows/${workflow}/listeners?sort=goal_id`);
    return wellDone(answer, 200).body.items;
  };

  const keyOf = (workflow: string): string => `goal-service:listeners:${story.tenant.id}:${workflow}`;

  /** The goals that stand in Redis. */
  const registered = async (workflow: string): Promise<string[]> =>
    Object.keys(JSON.parse((await app.redis.get(keyOf(workflow))) ?? '{}') as Json).sort();

  const counted = async (outcome: string): Promise<number> => {
    const { register } = await import('prom-client');
    const metric = await register.getSingleMetric('goal_listener_registrations_total')?.get();
    return metric?.values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };

  const activeWorkflow = async (goals = 1): Promise<{ workflow: string; goals: string[] }> => {
    const workflow = await story.workflow();
    const made: string[] = [];
    for (let n = 0; n < goals; n += 1) made.push((await story.goal(workflow)).id);
    await story.activate(workflow);
    return { workflow, goals: made };
  };

  it('registers one for each active goal on activation, before the answer', async () => {
    const workflow = await story.workflow();
    const [a, b, off] = [await story.goal(workflow), await story.goal(workflow), await story.goal(workflow)];
    wellDone(await story.patch(`/workflows/${workflow}/goals/${off.id}`, 1, { is_active: false }), 200);
    expect(await registered(workflow)).toEqual([]);
    const before = Date.now();
    await story.activate(workflow);
    expect(await registered(workflow)).toEqual([a.id, b.id].sort());
    const [first, ...others] = await listeners(workflow);
    expect(others).toHaveLength(1);
    expect(first).toMatchObject({ goal_id: a.id, event_type: 'form.submitted', open_enrollments: 0 });
    expect(Date.parse(first?.registered_at ?? '')).toBeGreaterThanOrEqual(before);
    const life = Date.parse(first?.expires_at ?? '') - Date.parse(first?.registered_at ?? '');
    expect(Math.abs(life - TTL_SECONDS * 1000)).toBeLessThan(60_000);
  });

  it('lets listeners expire unless they are renewed', async () => {
    const { workflow } = await activeWorkflow();
    const left = await app.redis.ttl(keyOf(workflow));
    expect(left).toBeGreaterThan(TTL_SECONDS - 60);
    expect(left).toBeLessThanOrEqual(TTL_SECONDS);
  });

  it.each([
    ['a pause', (workflow: string) => story.pause(workflow)],
    ['deletion', async (workflow: string) => void wellDone(await story.delete(`/workflows/${workflow}`, 2), 204)],
  ])('removes them on %s', async (_, end) => {
    const { workflow } = await activeWorkflow(2);
    await end(workflow);
    expect(await app.redis.exists(keyOf(workflow))).toBe(0);
  });

  it('shows none of a workflow that is not active', async () => {
    const { workflow } = await activeWorkflow();
    await story.pause(workflow);
    expect(await listeners(workflow)).toEqual([]);
  });

  it('follows its goals: made, switched off, switched on, deleted; those that stay keep their time', async () => {
    const { workflow, goals } = await activeWorkflow();
    const [first = ''] = goals;
    const since = (await listeners(workflow))[0]?.registered_at;
    const second = await story.goal(workflow);
    expect(await registered(workflow)).toEqual([first, second.id].sort());
    expect((await listeners(workflow))[0]?.registered_at).toBe(since);
    const path = `/workflows/${workflow}/goals/${second.id}`;
    wellDone(await story.patch(path, 1, { is_active: false }), 200);
    expect(await registered(workflow)).toEqual([first]);
    wellDone(await story.patch(path, 2, { is_active: true }), 200);
    expect(await registered(workflow)).toEqual([first, second.id].sort());
    wellDone(await story.delete(path, 3), 204);
    expect(await registered(workflow)).toEqual([first]);
  });

  it('counts the open enrollments that have not achieved the goal in the database', async () => {
    const { workflow, goals } = await activeWorkflow(2);
    const [first = '', second = ''] = goals;
    const enrollments = [];
    for (const contact of ['a', 'b', 'c']) enrollments.push(await story.enrollment(workflow, contact));
    await story.enrollment(workflow, 'd', { status: 'exited' });
    await app.rows(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type,
         achieved_at, recorded_at, event_id, trigger_event)
       SELECT tenant_id, $1, workflow_id, id, contact_id, $2, 'form_submitted', now(), now(), 'e', '{}'
       FROM workflow_enrollments WHERE id = $3`,
      [randomUUID(), first, enrollments[0]],
    );
    const open = (await listeners(workflow)).map(({ goal_id, open_enrollments }) => [goal_id, open_enrollments]);
    expect(open).toEqual([
      [first, 2],
      [second, 3],
    ]);
  });

  it.each([
    ['away', () => proxy.cut()],
    ['hanging', () => proxy.hang()],
  ])(
    'lets activation, changes and reading succeed while Redis is %s, counts the failure, and registers later',
    async (_, harm) => {
      const { workflow: paused } = await activeWorkflow();
      const workflow = await story.workflow();
      const { id } = await story.goal(workflow);
      const failed = await counted('failed');
      harm();
      await story.activate(workflow);
      await story.pause(paused);
      expect(await listeners(workflow)).toEqual([
        { goal_id: id, event_type: 'form.submitted', registered_at: null, expires_at: null, open_enrollments: 0 },
      ]);
      expect(await counted('failed')).toBeGreaterThanOrEqual(failed + 2);
      expect(await registered(workflow)).toEqual([]);
      proxy.cut();
      proxy.mend();
      await eventually(
        async () => [await registered(workflow), await registered(paused)],
        ([one, other]) => one?.length === 1 && other?.length === 0,
      );
      expect((await listeners(workflow))[0]?.registered_at).not.toBeNull();
    },
  );

  it('sweeps on every reconnect: adds what a flush took, renews what stands, removes what should not be there', async () => {
    const { workflow: lost } = await activeWorkflow(3);
    const { workflow: kept, goals } = await activeWorkflow(1);
    const { workflow: partial, goals: both } = await activeWorkflow(2);
    const orphans = [keyOf(randomUUID()), `goal-service:listeners:${randomUUID()}:${randomUUID()}`];
    await app.redis.del(keyOf(lost));
    await app.redis.expire(keyOf(kept), 100);
    await app.redis.set(
      keyOf(partial),
      JSON.stringify({
        [both[0] ?? '']: { event_type: 'form.submitted', registered_at: '2026-01-01T00:00:00.000Z' },
        [randomUUID()]: { event_type: 'x', registered_at: '2026-01-01T00:00:00.000Z' },
      }),
    );
    const entry = JSON.stringify({
      [randomUUID()]: { event_type: 'form.submitted', registered_at: '2026-01-01T00:00:00.000Z' },
    });
    for (const orphan of orphans) await app.redis.set(orphan, entry);
    proxy.cut();
    proxy.mend();
    await eventually(
      () => app.redis.exists(...orphans),
      (left) => left === 0,
    );
    expect(await registered(lost)).toHaveLength(3);
    expect(await registered(kept)).toEqual(goals);
    expect(await app.redis.ttl(keyOf(kept))).toBeGreaterThan(1000);
    expect(await registered(partial)).toEqual([...both].sort());
    expect((await listeners(partial))[0]?.registered_at).toBe('2026-01-01T00:00:00.000Z');
  });

  it('loses no goal with a flushed registry: the decision does not ask it', async () => {
    const workflow = await story.workflow();
    await story.goal(workflow, 'form-7');
    await story.activate(workflow);
    await story.enrollment(workflow, 'c-flushed', { at: new Date(Date.now() - 1).toISOString() });
    await app.redis.flushdb();
    const decided = await story.post<{ results: Json[] }>('/events', {
      event_type: 'form.submitted',
      contact_id: 'c-flushed',
      occurred_at: new Date(Date.now() + 1000).toISOString(),
      data: { form_id: 'form-7' },
    });
    expect(decided.body.results[0]?.outcome).toBe('achieved');
  });

  it('ends with what holds when activations and pauses race', async () => {
    const { workflow, goals } = await activeWorkflow(2);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        ['pause', 'activate', 'pause', 'activate'].map((word) => story.post(`/workflows/${workflow}/${word}`)),
      );
      const { body } = await story.get<{ status: string }>(`/workflows/${workflow}`);
      expect(await registered(workflow)).toEqual(body.status === 'active' ? [...goals].sort() : []);
    }
  });

  it('tells its health with the age of the last sweep', async () => {
    expect(await health()).toMatchObject({ state: 'ok', age_seconds: expect.any(Number) as number });
  });

  it('is open to a Viewer, closed to strangers, and a list like others', async () => {
    const { workflow } = await activeWorkflow(2);
    const path = `/workflows/${workflow}/listeners`;
    const viewer = await app.ask<Json>('GET', `${path}?limit=1`, { token: story.tenant.token.Viewer });
    expect(viewer).toMatchObject({ status: 200, body: { total: 2, limit: 1, offset: 0 } });
    const next = await story.get(`${path}?limit=1&cursor=${String(viewer.body.next_cursor)}`);
    expect(next.body).toMatchObject({ items: [{ event_type: 'form.submitted' }], next_cursor: null });
    expect((await story.get(`${path}?event_type=payment.completed`)).body).toMatchObject({ total: 0 });
    expect((await story.get(`${path}?colour=red`)).status).toBe(422);
    const stranger = await Story.begin(app);
    expect((await stranger.get(path)).status).toBe(404);
  });
});
