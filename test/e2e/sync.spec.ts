import { SyncRuns } from '#application/shared/sync/sync-runs';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { eventually, TestApp, type Tenant } from '../support/app';
import { UNSENT } from '../support/outbox';

interface Told {
  readonly event_type: string;
  readonly tenant_id: string;
  readonly goal_id: string | null;
  readonly user_id: string | null;
  readonly version: number | null;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly finished_at: string | null;
  readonly progress_percentage: number;
  readonly kinds: Readonly<Record<string, { readonly total: number; readonly published: number }>>;
}

describe('Syncing', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const post = async (tenant: Tenant, path: string, body?: unknown) => {
    const answer = await app.ask('POST', path, { token: tenant.token.Owner, ...(body !== undefined && { body }) });
    expect(answer.status).toBeLessThan(300);
    return answer;
  };
  const trigger = async (tenant: Tenant): Promise<Run> => (await post(tenant, '/sync')).body as unknown as Run;
  const runOf = async (tenant: Tenant, id: string): Promise<Run> =>
    (await app.ask('GET', `/sync/${id}`, { token: tenant.token.Admin })).body as unknown as Run;
  const finished = (tenant: Tenant, id: string) =>
    eventually(
      () => runOf(tenant, id),
      ({ status }) => status === 'completed',
      20_000,
    );

  /** What the stream holds of a tenant, once the outbox is empty. */
  const toldOf = async (tenant: Tenant): Promise<Told[]> => {
    await eventually(
      () => app.rows(`SELECT FROM outbox WHERE tenant_id = $1 AND (${UNSENT}) LIMIT 1`, [tenant.id]),
      (rows) => rows.length === 0,
    );
    const entries = await app.redis.xrange(OUT_STREAM, '-', '+');
    return entries
      .map(([, fields]) => JSON.parse(fields[fields.indexOf('event') + 1]!) as Told)
      .filter(({ tenant_id }) => tenant_id === tenant.id);
  };

  /** Goals in SQL, so that there are many of them. */
  const manyGoals = (tenant: Tenant, count: number) =>
    app.rows(
      `INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
         weight, assessment_status, version, created_at, updated_at)
       SELECT $1, id, id || '/', 'goal ' || n, 'tactical', 'active', 'low', 'low', 'manual', 'count', 1, 'pending', 1, now(), now()
       FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, $2::integer) n) made`,
      [tenant.id, count],
    );

  it('tells the present state of every goal and workflow once, as it is shown, and of nothing deleted', async () => {
    const tenant = await app.tenant();
    const { body: goal } = await post(tenant, '/goals', {
      name: 'Win the north',
      goal_type: 'tactical',
      tags: ['north'],
    });
    const { body: gone } = await post(tenant, '/goals', { name: 'Gone', goal_type: 'tactical' });
    await app.ask('DELETE', `/goals/${String(gone.id)}`, { token: tenant.token.Owner, headers: { 'if-match': '"1"' } });
    const { body: workflow } = await post(tenant, '/workflows', { name: 'Win back' });
    const { body: workflowGoal } = await post(tenant, `/workflows/${String(workflow.id)}/goals`, {
      goal_type: 'purchase_made',
      criteria: { any_purchase: true },
    });

    const asked = await post(tenant, '/sync');
    expect(asked).toMatchObject({
      status: 202,
      headers: { location: `/api/v1/sync/${String(asked.body.id)}` },
      body: { status: 'running', created_by: tenant.userId, progress_percentage: 0, finished_at: null },
    });
    const run = await finished(tenant, String(asked.body.id));
    expect(run).toMatchObject({
      progress_percentage: 100,
      kinds: {
        goal: { total: 1, published: 1 },
        task: { total: 0, published: 0 },
        workflow: { total: 1, published: 1 },
      },
    });
    expect(run.finished_at).not.toBeNull();

    const told = (await toldOf(tenant)).filter(({ event_type }) => event_type.includes('sync'));
    const { body: goalNow } = await app.ask('GET', `/goals/${String(goal.id)}`, { token: tenant.token.Viewer });
    const state = Object.fromEntries(Object.entries(goalNow).filter(([key]) => key !== 'health'));
    const { body: shown } = await app.ask('GET', `/workflows/${String(workflow.id)}`, { token: tenant.token.Viewer });
    expect(told).toMatchObject([
      { event_type: 'sync.triggered', user_id: tenant.userId, details: { sync_id: run.id } },
      {
        event_type: 'goal.synced',
        goal_id: goal.id,
        user_id: null,
        version: 1,
        details: { sync_id: run.id, goal: state },
      },
      { event_type: 'workflow.synced', goal_id: null, version: shown.version, details: { sync_id: run.id } },
    ]);
    expect(told[1]!.details.goal).toEqual(state);
    expect(told[2]!.details.workflow).toEqual({ ...shown, goals: [workflowGoal] });
    const { body: log } = await app.ask<{ items: Record<string, unknown>[] }>('GET', '/audit-log?entity_type=sync', {
      token: tenant.token.Owner,
    });
    expect(log.items).toMatchObject([{ action: 'sync.triggered', entity_id: run.id, actor_id: tenant.userId }]);
  });

  it('answers the run that goes on instead of beginning another, and a new one afterwards', async () => {
    const tenant = await app.tenant();
    const nobodyCarriesItOn = jest.spyOn(app.nest.get(SyncRuns), 'hold').mockResolvedValue(null);
    const { id } = await trigger(tenant);
    expect((await Promise.all([trigger(tenant), trigger(tenant)])).map((run) => run.id)).toEqual([id, id]);
    nobodyCarriesItOn.mockRestore();
    await finished(tenant, id);
    expect((await trigger(tenant)).id).not.toBe(id);
  });

  it('goes on where it stopped when a batch fails, and still tells each thing once', async () => {
    const tenant = await app.tenant();
    await manyGoals(tenant, 1200);
    await app.rows('CREATE SEQUENCE attempts');
    // The second batch dies at its very end, three times.
    await app.rows(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF NEW.published ->> 'goal' = '1000' AND nextval('attempts') <= 3 THEN RAISE 'planted'; END IF; RETURN NEW; END $$`);
    await app.rows(`CREATE TRIGGER die BEFORE UPDATE ON sync_runs FOR EACH ROW EXECUTE FUNCTION die()`);
    const { id } = await trigger(tenant);
    expect(await finished(tenant, id)).toMatchObject({ kinds: { goal: { total: 1200, published: 1200 } } });
    await app.rows('DROP TRIGGER die ON sync_runs');
    const [row] = await app.rows<{ last: string }>(`SELECT last_value AS last FROM attempts`);
    expect(Number(row!.last)).toBeGreaterThan(3);
    const told = (await toldOf(tenant)).filter(({ event_type }) => event_type === 'goal.synced');
    expect(told).toHaveLength(1200);
    expect(new Set(told.map(({ goal_id }) => goal_id)).size).toBe(1200);
  });

  it('never tells of a goal what is older than what was told before, while people go on changing it', async () => {
    const tenant = await app.tenant();
    await manyGoals(tenant, 600);
    const goals = await app.rows<{ id: string }>(
      'SELECT id FROM goals WHERE tenant_id = $1 ORDER BY random() LIMIT 20',
      [tenant.id],
    );
    const edit = async ({ id }: { id: string }): Promise<void> => {
      for (let version = 1; version <= 8; version += 1) {
        const answer = await app.ask('PATCH', `/goals/${id}`, {
          token: tenant.token.Editor,
          body: { name: `version ${String(version)}` },
          headers: { 'if-match': `"${String(version)}"` },
        });
        expect(answer.status).toBe(200);
      }
    };
    const edits = Promise.all(goals.map(edit));
    for (let round = 0; round < 3; round += 1) await finished(tenant, (await trigger(tenant)).id);
    await edits;
    const versions = new Map<string, number[]>();
    for (const { goal_id, version } of await toldOf(tenant)) {
      if (goal_id !== null) versions.set(goal_id, [...(versions.get(goal_id) ?? []), version ?? 0]);
    }
    expect(versions.size).toBe(600);
    for (const told of versions.values()) expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});
