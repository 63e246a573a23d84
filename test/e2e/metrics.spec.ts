import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { register } from 'prom-client';
import { parse } from 'yaml';
import { OperationsServer } from '#infrastructure/observability/operations-server';
import { eventually, TestApp } from '../support/app';
import { Story, type Json } from '../support/stories';

/** Values by the name of their series, labels included, as Prometheus would read them. */
type Series = ReadonlyMap<string, number>;

const seriesOf = (text: string): Series =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const alerts = (): Alert[] => {
  const file = parse(readFileSync('docs/monitoring/alerts.yml', 'utf8')) as { groups: { rules: Alert[] }[] };
  return file.groups.flatMap(({ rules }) => rules);
};

/** But for `up`, which is Prometheus's own. */
const queriesOfAlerts = () =>
  alerts()
    .filter(({ alert }) => alert !== 'GoalServiceDown')
    .map(({ alert, expr }) => [`the alert ${alert}`, expr] as const);

const queriesOfDashboard = () => {
  const { panels } = JSON.parse(readFileSync('docs/monitoring/dashboard.json', 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [`the panel ${title}`, expr] as const));
};

/** The metrics and labels that a query of the few shapes used here names. */
const askedBy = (query: string): { metrics: string[]; labels: string[] } => {
  const labels = [
    ...[...query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(',')),
    ...[...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, name = '']) => name),
  ].map((name) => name.trim());
  const bare = query.replaceAll(/\b(by|on) \([^)]*\)/g, ' ').replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ');
  const metrics = [...bare.matchAll(/\b[a-z][a-z0-9_]{2,}\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name));
  return { metrics, labels: labels.filter((name) => name !== '') };
};

const WORDS = new Set(['sum', 'max', 'and']);

describe('What /metrics tells', () => {
  let app: TestApp;
  let port: number;
  let story: Story;

  const read = async (): Promise<Series> => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/metrics`);
    return seriesOf(await answer.text());
  };

  /** By how much each named series has grown while something was done. */
  const grown = async (work: () => Promise<unknown>, names: readonly string[]): Promise<number[]> => {
    const before = await read();
    await work();
    const after = await read();
    return names.map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0));
  };

  const event = (more: Json = {}): Json => ({
    event_id: randomUUID(),
    event_type: 'form.submitted',
    contact_id: 'c-1',
    data: { form_id: 'form-7' },
    ...more,
  });

  beforeAll(async () => {
    app = await TestApp.start({ METRICS_PORT: '0' });
    port = await app.nest.get(OperationsServer).listen();
    story = await Story.begin(app);
  });
  afterAll(() => app.stop());

  it('counts requests by route and status, and never by address', async () => {
    const [found, missing, nowhere] = await grown(async () => {
      await story.get(`/goals?limit=1`);
      await story.get(`/goals/${randomUUID()}`);
      await story.get(`/${randomUUID()}`);
    }, [
      'goal_service_requests_total{method="GET",route="/api/v1/goals",status="200"}',
      'goal_service_requests_total{method="GET",route="/api/v1/goals/:id",status="404"}',
      'goal_service_requests_total{method="GET",route="none",status="404"}',
    ]);
    expect([found, missing, nowhere]).toEqual([1, 1, 1]);
  });

  it('counts what the business counts once it is committed', async () => {
    const counts = await grown(async () => {
      const { body: goal } = await story.post<{ id: string }>('/goals', { name: 'Grow', goal_type: 'tactical' });
      await story.post('/goals', { name: '' });
      const link = { linked_element_type: 'Requirement', link_type: 'realizes' };
      await story.post(`/goals/${goal.id}/links`, { linked_element_id: randomUUID(), ...link });
      await story.post(`/goals/${goal.id}/transitions`, { to: 'achieved' });
    }, ['goals_created_total', 'goal_links_created_total', 'goals_achieved_total']);
    expect(counts).toEqual([1, 1, 1]);
  });

  it('counts registrations, and logins by their outcome', async () => {
    const email = `${randomUUID()}@example.org`;
    const counts = await grown(async () => {
      const account = { email, password: 'correct horse battery', name: 'Ada', tenant_name: 'Shop' };
      await app.ask('POST', '/auth/register', { body: account });
      await app.ask('POST', '/auth/login', { body: { email, password: 'correct horse battery' } });
      await app.ask('POST', '/auth/login', { body: { email, password: 'another horse battery' } });
    }, ['auth_registrations_total', 'auth_logins_total{outcome="ok"}', 'auth_logins_total{outcome="refused"}']);
    expect(counts).toEqual([1, 1, 1]);
  });

  it('counts events by their way in, and what was decided about them', async () => {
    const workflow = await story.workflow();
    await story.goal(workflow, 'form-7');
    await story.activate(workflow);
    await story.enrollment(workflow, 'c-1');
    const decided = () => read().then((series) => series.get('goal_evaluation_latency_seconds_count') ?? 0);
    const before = await decided();
    const counts = await grown(async () => {
      await story.post('/events', event());
      await story.post('/events', event({ tenant_id: randomUUID() }));
      const message = { ...event({ contact_id: 'c-2' }), tenant_id: story.tenant.id };
      await app.redis.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify(message));
      await app.redis.xadd('goal-service:events:in:0', '*', 'event', 'no JSON');
      await eventually(decided, (count) => count >= before + 2);
    }, [
      'goal_events_received_total{way="http",type="form.submitted"}',
      'goal_events_received_total{way="http",type="other"}',
      'goal_events_received_total{way="stream",type="form.submitted"}',
      'goal_events_received_total{way="stream",type="other"}',
      'goal_evaluations_total{outcome="achieved"}',
      'goal_achievements_total{goal_type="form_submitted"}',
      'goal_tenant_mismatches_total',
    ]);
    expect(counts).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await eventually(read, (series) => (series.get('goal_dead_letters_total{reason="not_json"}') ?? 0) >= 1);
  });

  it('shows what waits: on the way in, in the pool, on the way out', async () => {
    const series = await eventually(
      read,
      (seen) =>
        seen.get('goal_stream_lag{stream="goal-service:events:in:0"}') === 0 &&
        seen.get('goal_stream_pending{stream="goal-service:events:in:0"}') === 0 &&
        seen.get('goal_outbox_age_seconds') === 0,
    );
    expect(series.get('goal_db_pool_waiting')).toBe(0);
    expect(series.get('goal_db_pool_connections{state="idle"}')).toBeGreaterThan(0);
  });

  it('knows since when the oldest outgoing event waits', async () => {
    await app.rows('BEGIN');
    const late = new Date(Date.now() - 60_000);
    const add = 'INSERT INTO outbox (tenant_id, message_id, message, created_at) VALUES ($1, $2, $3, $4)';
    await app.rows(add, [story.tenant.id, randomUUID(), '{}', late]);
    await app.rows(add, [story.tenant.id, randomUUID(), '{}', new Date()]);
    const [row] = await app.rows<{ since: Date }>('SELECT relay_waiting_since() AS since');
    await app.rows('ROLLBACK');
    expect(row?.since).toEqual(late);
  });

  it('times handlers and statements', async () => {
    const [handled, selected] = await grown(
      () => story.get('/goals'),
      ['handler_duration_seconds_count{handler="ListGoals"}', 'db_query_duration_seconds_count{operation="select"}'],
    );
    expect(handled).toBe(1);
    expect(selected).toBeGreaterThan(0);
  });

  it.each([...queriesOfDashboard(), ...queriesOfAlerts()])('has what %s asks for: %s', async (_who, query) => {
    const series = await read();
    const { metrics, labels } = askedBy(query);
    expect(metrics.length).toBeGreaterThan(0);
    const known = metrics.flatMap((name) => {
      const metric = register.getSingleMetric(name.replace(/_(bucket|count|sum)$/, ''));
      expect([name, metric !== undefined]).toEqual([name, true]);
      return (metric as unknown as { readonly labelNames: readonly string[] }).labelNames;
    });
    expect(labels.filter((label) => ![...known, 'le'].includes(label))).toEqual([]);
    // Those without labels are there before anything happened.
    const plain = metrics.filter((name) => !name.endsWith('_bucket') && known.length === 0);
    expect(plain.filter((name) => !series.has(name))).toEqual([]);
  });

  it('has a page in the runbook for each alert', () => {
    const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (Goal\w+)$/gm)].map(([, name]) => name);
    expect(headings.sort()).toEqual(
      alerts()
        .map(({ alert }) => alert)
        .sort(),
    );
    for (const { alert, annotations } of alerts())
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  });

  it('names no tenant and no id in any label', async () => {
    const text = await register.metrics();
    expect(text).not.toContain(story.tenant.id);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/);
  });
});
