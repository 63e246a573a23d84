import { TestApp } from '../../support/app';
import { pointersOf, Story, wellDone, type Json } from '../../support/stories';

describe('The catalog (SPEC 4.2)', () => {
  let app: TestApp;
  let story: Story;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  beforeEach(async () => {
    story = await Story.begin(app);
  });
  afterAll(() => app.stop());

  it('registers, reads, replaces and removes an entry', async () => {
    const made = wellDone(await story.put('/catalog/forms/form-7', { name: 'Sign-up' }), 200);
    expect(made.body).toMatchObject({ kind: 'forms', external_id: 'form-7', name: 'Sign-up', pipeline_id: null });
    expect((await story.get('/catalog/forms/form-7')).body).toEqual(made.body);
    const replaced = wellDone(await story.put('/catalog/forms/form-7'), 200);
    expect(replaced.body).toMatchObject({ name: null, created_at: made.body.created_at });
    expect((await story.delete('/catalog/forms/form-7')).status).toBe(204);
    expect((await story.get('/catalog/forms/form-7')).status).toBe(404);
    expect((await story.delete('/catalog/forms/form-7')).status).toBe(404);
  });

  it.each(['a/b', 'ü?#%', '7', ' ', 'é'.repeat(200), '😀'.repeat(200)])(
    'takes the external id %j, percent-encoded',
    async (id) => {
      const path = `/catalog/tags/${encodeURIComponent(id)}`;
      expect(wellDone(await story.put(path, {}), 200).body.external_id).toBe(id);
      expect((await story.get(path)).body.external_id).toBe(id);
      expect((await story.delete(path)).status).toBe(204);
    },
  );

  it.each(['%00', 'a%0Ab', 'x'.repeat(201), '%ED%A0%80'])('knows no external id like %s', async (id) => {
    const answers = [
      await story.put(`/catalog/tags/${id}`),
      await story.get(`/catalog/tags/${id}`),
      await story.delete(`/catalog/tags/${id}`),
    ];
    for (const { status } of answers) expect([400, 404]).toContain(status);
  });

  it('knows seven kinds and no other', async () => {
    const kinds = ['tags', 'forms', 'calendars', 'services', 'products', 'pipelines', 'stages'];
    const known = await Promise.all(kinds.map((kind) => story.get(`/catalog/${kind}`)));
    expect(known.map(({ status }) => status)).toEqual(kinds.map(() => 200));
    const unknown = [
      await story.get('/catalog/colours'),
      await story.get('/catalog/Tags/x'),
      await story.put('/catalog/toString/x'),
      await story.delete('/catalog/colours/x'),
    ];
    expect(unknown.map(({ status, body }) => [status, body.code])).toEqual(
      unknown.map(() => [404, 'catalog_kind.not-found']),
    );
  });

  it('lists a kind by pages, filters and orders', async () => {
    for (const id of ['c', 'a', 'b']) await story.put(`/catalog/stages/${id}`, { pipeline_id: `p-${id}`, name: id });
    const list = (query: string) =>
      story.get<{ items: Json[]; total: number | null; next_cursor: string | null }>(`/catalog/stages?${query}`);
    const first = await list('sort=external_id&limit=2');
    expect(first.body).toMatchObject({ items: [{ external_id: 'a' }, { external_id: 'b' }], total: 3 });
    const second = await list(`sort=external_id&limit=2&cursor=${String(first.body.next_cursor)}`);
    expect(second.body).toMatchObject({ items: [{ external_id: 'c' }], total: null, next_cursor: null });
    expect((await list('pipeline_id=p-b&pipeline_id=p-c')).body.total).toBe(2);
    expect((await list('name=a')).body.total).toBe(1);
    expect((await list('sort=colour')).status).toBe(422);
  });

  it('asks a stage for its pipeline, and refuses one of anything else', async () => {
    const missing = await story.put('/catalog/stages/won', { name: 'Won' });
    expect([missing.status, pointersOf(missing)]).toEqual([422, ['/pipeline_id']]);
    const needless = await story.put('/catalog/forms/f', { pipeline_id: 'p' });
    expect([needless.status, pointersOf(needless)]).toEqual([422, ['/pipeline_id']]);
    const both = await story.put('/catalog/stages/won', { name: 7, pipeline_id: '', colour: 'red' });
    expect([both.status, pointersOf(both)]).toEqual([422, ['/colour', '/name', '/pipeline_id']]);
  });

  it.each([
    ['tags', { goal_type: 'tag_added', criteria: { tag_id: 'x' } }, '/criteria/tag_id', 'tag'],
    ['products', { goal_type: 'purchase_made', criteria: { product_id: 'x' } }, '/criteria/product_id', 'product'],
    [
      'calendars',
      { goal_type: 'appointment_booked', criteria: { calendar_id: 'x' } },
      '/criteria/calendar_id',
      'calendar',
    ],
    ['services', { goal_type: 'appointment_booked', criteria: { service_id: 'x' } }, '/criteria/service_id', 'service'],
    ['forms', { goal_type: 'form_submitted', criteria: { form_id: 'x' } }, '/criteria/form_id', 'form'],
    [
      'pipelines',
      { goal_type: 'pipeline_stage_reached', criteria: { pipeline_id: 'x', stage_id: 'y' } },
      '/criteria/pipeline_id',
      'pipeline',
    ],
  ])('checks references to %s once any is registered', async (kind, goal, pointer, thing) => {
    expect((await story.configure(await story.workflow(), goal)).status).toBe(201);
    wellDone(await story.put(`/catalog/${kind}/other`), 200);
    const refused = await story.configure(await story.workflow(), goal);
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer, code: `${thing}.not-found`, detail: `Referenced ${thing} does not exist` }] },
    });
    wellDone(await story.put(`/catalog/${kind}/x`), 200);
    expect((await story.configure(await story.workflow(), goal)).status).toBe(201);
  });

  it('does not know a stage of another pipeline', async () => {
    wellDone(await story.put('/catalog/stages/won', { pipeline_id: 'sales' }), 200);
    const goal = (pipeline_id: string) => ({
      goal_type: 'pipeline_stage_reached',
      criteria: { pipeline_id, stage_id: 'won' },
    });
    const refused = await story.configure(await story.workflow(), goal('support'));
    expect([refused.status, pointersOf(refused)]).toEqual([422, ['/criteria/stage_id']]);
    expect((await story.configure(await story.workflow(), goal('sales'))).status).toBe(201);
  });

  it('names every unknown reference at once', async () => {
    for (const kind of ['calendars', 'services']) wellDone(await story.put(`/catalog/${kind}/other`), 200);
    const goal = { goal_type: 'appointment_booked', criteria: { calendar_id: 'x', service_id: 'y' } };
    const refused = await story.configure(await story.workflow(), goal);
    expect(pointersOf(refused)).toEqual(['/criteria/calendar_id', '/criteria/service_id']);
  });

  it('checks references when criteria are written, not when other fields are', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow, 'form-7');
    wellDone(await story.put('/catalog/forms/other'), 200);
    const path = `/workflows/${workflow}/goals/${id}`;
    expect((await story.patch(path, 1, { window_hours: 2 })).status).toBe(200);
    const refused = await story.patch(path, 2, { criteria: { form_id: 'form-8' } });
    expect([refused.status, pointersOf(refused)]).toEqual([422, ['/criteria/form_id']]);
  });

  it('refuses to activate a workflow whose goals name what is gone, with all reasons at once (SPEC 4.1)', async () => {
    const workflow = await story.workflow();
    for (const id of ['a', 'b', 'c']) wellDone(await story.put(`/catalog/forms/${id}`), 200);
    const [a, b] = [await story.goal(workflow, 'a'), await story.goal(workflow, 'b')];
    for (const id of ['a', 'b']) expect((await story.delete(`/catalog/forms/${id}`)).status).toBe(204);
    const refused = await story.post(`/workflows/${workflow}/activate`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'workflow.cannot-activate' } });
    expect(refused.body.reasons).toEqual(
      [a, b].map(({ id }) => ({
        workflow_goal_id: id,
        code: 'form.not-found',
        detail: 'Referenced form does not exist',
      })),
    );
  });

  it('audits every change under one name for the entry, and none where nothing changes', async () => {
    for (const name of ['One', 'One', 'Two']) wellDone(await story.put('/catalog/forms/form-7', { name }), 200);
    expect((await story.delete('/catalog/forms/form-7')).status).toBe(204);
    const rows = await app.rows<{ action: string; entity_id: string; changes: Json }>(
      'SELECT action, entity_id, changes FROM audit_log WHERE tenant_id = $1 ORDER BY id',
      [story.tenant.id],
    );
    expect(rows.map(({ action, changes }) => [action, changes.name, changes.external_id])).toEqual([
      ['catalog.created', { old: null, new: 'One' }, { old: null, new: 'form-7' }],
      ['catalog.updated', { old: 'One', new: 'Two' }, { old: 'form-7', new: 'form-7' }],
      ['catalog.deleted', { old: 'Two', new: null }, { old: 'form-7', new: null }],
    ]);
    expect(new Set(rows.map(({ entity_id }) => entity_id)).size).toBe(1);
  });

  it('lets the last of ten who put at once win, and makes one entry', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => story.put('/catalog/tags/t', { name: `name ${String(n)}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const rows = await app.rows<{ action: string }>('SELECT action FROM audit_log WHERE tenant_id = $1', [
      story.tenant.id,
    ]);
    expect(rows.filter(({ action }) => action === 'catalog.created')).toHaveLength(1);
    expect(rows).toHaveLength(10);
  });

  it.each([
    ['Viewer', [200, 403, 403]],
    ['Editor', [200, 200, 403]],
    ['Admin', [200, 200, 204]],
  ] as const)('lets a %s do what the role may', async (role, expected) => {
    const token = story.tenant.token[role];
    wellDone(await story.put('/catalog/tags/t'), 200);
    const answers = [
      await app.ask('GET', '/catalog/tags', { token }),
      await app.ask('PUT', '/catalog/tags/t', { token, body: {} }),
      await app.ask('DELETE', '/catalog/tags/t', { token }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(expected);
  });

  it('keeps tenants apart', async () => {
    wellDone(await story.put('/catalog/forms/mine'), 200);
    const stranger = await Story.begin(app);
    expect((await stranger.get('/catalog/forms/mine')).status).toBe(404);
    expect((await stranger.delete('/catalog/forms/mine')).status).toBe(404);
    expect((await stranger.get('/catalog/forms')).body).toMatchObject({ total: 0 });
    // Nor does it make their references checked.
    expect((await stranger.goal(await stranger.workflow(), 'theirs')).version).toBe(1);
    expect((await story.get('/catalog/forms/mine')).status).toBe(200);
  });
});
