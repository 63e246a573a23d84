import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, TestApp } from '../support/app';
import { Proxy } from '../support/proxy';
import { MAIL, Story } from '../support/story';

describe('While Redis is down (SPEC 7, Degradation)', () => {
  let proxy: Proxy;
  let app: TestApp;
  let redisUrl: string;

  beforeAll(async () => {
    redisUrl = await freshRedis();
    proxy = await Proxy.before(redisUrl);
    app = await TestApp.start({ REDIS_URL: proxy.url });
    await app.redis.select(Number(new URL(redisUrl).pathname.slice(1)));
  });
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await app.stop();
    await proxy.stop();
  });

  const told = async (tenant: string): Promise<string[]> => {
    const entries = await app.redis.xrange('goal-service:events:out', '-', '+');
    return entries
      .map(([, fields]) => JSON.parse(fields[1] ?? '{}') as { tenant_id: string; event_type: string })
      .filter(({ tenant_id }) => tenant_id === tenant)
      .map(({ event_type }) => event_type);
  };

  it('strategic goals are made, reported on, changed and read, and what is told of them goes out later', async () => {
    const story = await Story.begin(app);
    proxy.cut();
    const made = await story.must(201, story.ask('POST', '/goals', { name: 'Last', goal_type: 'strategic' }));
    const path = `/goals/${String(made.body.id)}`;
    await story.must(201, story.ask('POST', `${path}/progress`, { percentage: 30 }));
    await story.must(200, story.ask('POST', `${path}/transitions`, { to: 'achieved' }));
    const read = await story.must(200, story.ask('GET', path));
    expect(read.body).toMatchObject({ status: 'achieved', progress_percentage: 30 });
    expect((await story.must(200, story.ask('GET', '/goals'))).body).toMatchObject({ total: 1 });
    expect(await told(story.tenant.id)).toEqual([]);
    proxy.mend();
    const sent = await eventually(
      () => told(story.tenant.id),
      ({ length }) => length >= 3,
    );
    expect(sent).toEqual(['goal.created', 'goal.progressed', 'goal.achieved']);
  });

  it.each([
    ['away', () => proxy.cut()],
    ['hanging', () => proxy.hang()],
  ])('and %s, REST reads and writes work, goals are decided, and what is told goes out later', async (_, harm) => {
    const story = await Story.begin(app);
    harm();
    const workflow = await story.workflow([MAIL]);
    const goal = { goal_type: 'form_submitted', criteria: { form_id: 'f-1' } };
    await story.must(201, story.ask('POST', `/workflows/${workflow}/goals`, goal));
    const { id } = await story.enroll(workflow, 'c-1');
    expect(await story.claim()).toHaveLength(1);
    const event = { event_id: randomUUID(), event_type: 'form.submitted', contact_id: 'c-1', data: { form_id: 'f-1' } };
    await story.must(200, story.ask('POST', '/events', event));
    expect((await story.enrollment(id)).status).toBe('completed_goal');
    const stats = await story.must(200, story.ask('GET', `/workflows/${workflow}/goals/stats`));
    expect(stats.body).toMatchObject({ goals_achieved: 1 });
    expect(await story.ask('GET', '//health')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect(await told(story.tenant.id)).toEqual([]);
    proxy.cut();
    proxy.mend();
    const sent = await eventually(
      () => told(story.tenant.id),
      (types) => types.includes('workflow.exit.goal'),
    );
    expect(sent).toEqual([
      'workflow.created',
      'workflow.activated',
      'workflow.goal.configured',
      'workflow.enrolled',
      'workflow.goal.achieved',
      'workflow.exit.goal',
    ]);
  });
});
