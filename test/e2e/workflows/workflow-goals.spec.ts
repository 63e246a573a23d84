import { randomUUID } from 'node:crypto';
import { TestApp } from '../../support/app';
import { pointersOf, Story, wellDone, type GoalAnswer, type Json } from '../../support/stories';

interface Document {
  readonly paths: Record<
    string,
    {
      readonly post?: {
        readonly requestBody?: { readonly content: Record<string, { examples?: Record<string, { value: Json }> }> };
      };
    }
  >;
}

const FORM = { goal_type: 'form_submitted', criteria: { form_id: 'form-7' } };

describe('Workflow goals (SPEC 4.2)', () => {
  let app: TestApp;
  let story: Story;

  beforeAll(async () => {
    app = await TestApp.start();
    story = await Story.begin(app);
  });
  afterAll(() => app.stop());

  it.each([
    ['tag_added', { tag_id: 't-1', tag_name: 'VIP', tag_pattern: 'V*' }],
    ['purchase_made', { product_id: 'p-9', min_amount: '99.9', currency: 'EUR' }],
    ['purchase_made', { any_purchase: true }],
    ['appointment_booked', { calendar_id: 'c-1', service_id: 's-1' }],
    ['form_submitted', { form_id: 'f-1' }],
    ['pipeline_stage_reached', { pipeline_id: 'p-1', stage_id: 's-1' }],
  ])('configures a goal of the type %s with %j', async (goal_type, criteria) => {
    const workflow = await story.workflow();
    const made = await story.configure(workflow, { goal_type, criteria });
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/api/v1/workflows/${workflow}/goals/${made.body.id}` },
      body: {
        goal_type,
        criteria,
        workflow_id: workflow,
        is_active: true,
        active_since: null,
        window_hours: null,
        version: 1,
      },
    });
    expect(made.body).toMatchObject({ position: 1, created_by: story.tenant.userId, updated_by: story.tenant.userId });
    const read = await story.get(`/workflows/${workflow}/goals/${made.body.id}`);
    expect(read.body).toEqual(made.body);
  });

  it('documents an example for each of the five types that works when pasted', async () => {
    const document = await app.ask<Document>('GET', '//docs-json');
    const { content } = document.body.paths['/api/v1/workflows/{id}/goals']?.post?.requestBody ?? { content: {} };
    const examples = Object.entries(content['application/json']?.examples ?? {});
    expect(examples.map(([name]) => name)).toEqual([
      'tag_added',
      'purchase_made',
      'appointment_booked',
      'form_submitted',
      'pipeline_stage_reached',
    ]);
    for (const [, { value }] of examples) {
      expect((await story.configure(await story.workflow(), value)).status).toBe(201);
    }
  });

  it('names every faulty field at once', async () => {
    const workflow = await story.workflow();
    const refused = await story.configure(workflow, {
      goal_type: 'purchase_made',
      criteria: { min_amount: '1e3', currency: 'eur', colour: 'red' },
      window_hours: 0,
      position: 0,
      active_since: 'yesterday',
      is_active: true,
    });
    expect(refused.status).toBe(422);
    expect(pointersOf(refused)).toEqual([
      '/active_since',
      '/criteria/colour',
      '/criteria/currency',
      '/criteria/min_amount',
      '/is_active',
      '/position',
      '/window_hours',
    ]);
  });

  it.each([
    [{ goal_type: 'form_submitted', criteria: {} }, ['/criteria/form_id']],
    [{ goal_type: 'form_submitted' }, ['/criteria']],
    [{ goal_type: 'form_submitted', criteria: null }, ['/criteria']],
    [{ goal_type: 'form_submitted', criteria: [] }, ['/criteria']],
    [{ goal_type: 'unknown', criteria: {} }, ['/goal_type']],
    [{ criteria: { form_id: 'x' } }, ['/goal_type']],
    [{ ...FORM, window_hours: 8761 }, ['/window_hours']],
    [{ ...FORM, window_hours: 1.5 }, ['/window_hours']],
    [{ ...FORM, window_hours: '24' }, ['/window_hours']],
    [{ ...FORM, position: null }, ['/position']],
    [{ ...FORM, active_since: '2026-01-26T10:00:00' }, ['/active_since']],
    [{ goal_type: 'tag_added', criteria: { tag_name: null } }, ['/criteria']],
    [{ goal_type: 'purchase_made', criteria: { any_purchase: true, product_id: 'p' } }, ['/criteria/any_purchase']],
    [{ goal_type: 'purchase_made', criteria: { currency: 'USD', product_id: 'p' } }, ['/criteria/currency']],
  ])('refuses %j, naming %j', async (goal, pointers) => {
    const refused = await story.configure(await story.workflow(), goal);
    expect([refused.status, pointersOf(refused)]).toEqual([422, pointers]);
  });

  it('takes active_since from an import in the past, and keeps it at activation', async () => {
    const workflow = await story.workflow();
    const made = await story.configure(workflow, { ...FORM, active_since: '2025-01-01T02:00:00+02:00' });
    await story.activate(workflow);
    const read = await story.get(`/workflows/${workflow}/goals/${made.body.id}`);
    expect(read.body.active_since).toBe('2025-01-01T00:00:00.000Z');
  });

  it('refuses active_since in the future', async () => {
    const refused = await story.configure(await story.workflow(), { ...FORM, active_since: '2099-01-01T00:00:00Z' });
    expect([refused.status, pointersOf(refused)]).toEqual([422, ['/active_since']]);
  });

  it('sets active_since at the first activation of the workflow, and a pause leaves it', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    await story.activate(workflow);
    const first = await story.get(`/workflows/${workflow}/goals/${id}`);
    expect(first.body.active_since).toEqual(expect.any(String));
    await story.pause(workflow);
    await story.activate(workflow);
    const later = await story.get(`/workflows/${workflow}/goals/${id}`);
    expect(later.body.active_since).toBe(first.body.active_since);
  });

  it('puts a goal in force when it is created in a workflow that was ever active', async () => {
    const workflow = await story.workflow();
    await story.activate(workflow);
    const before = new Date().toISOString();
    const made = await story.goal(workflow);
    expect(String(made.active_since) >= before).toBe(true);
  });

  it('puts other criteria, and a goal switched on, in force from that moment; other changes leave active_since', async () => {
    const workflow = await story.workflow();
    await story.activate(workflow);
    const made = await story.goal(workflow);
    const path = `/workflows/${workflow}/goals/${made.id}`;
    const windowed = wellDone(await story.patch(path, 1, { window_hours: 24 }), 200).body;
    expect(windowed.active_since).toBe(made.active_since);
    const other = wellDone(await story.patch(path, 2, { criteria: { form_id: 'other' } }), 200).body;
    expect((other.active_since as string) > (made.active_since as string)).toBe(true);
    const off = wellDone(await story.patch(path, 3, { is_active: false }), 200).body;
    expect(off.active_since).toBe(other.active_since);
    const on = wellDone(await story.patch(path, 4, { is_active: true }), 200).body;
    expect((on.active_since as string) > (other.active_since as string)).toBe(true);
  });

  it('refuses a fourth goal: inactive ones count, deleted ones do not', async () => {
    const workflow = await story.workflow();
    const [first] = [await story.goal(workflow), await story.goal(workflow), await story.goal(workflow)];
    wellDone(await story.patch(`/workflows/${workflow}/goals/${first.id}`, 1, { is_active: false }), 200);
    const refused = await story.configure(workflow, FORM);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'workflow_goal.limit-reached', detail: 'Maximum of 3 goals per workflow exceeded' },
    });
    wellDone(await story.delete(`/workflows/${workflow}/goals/${first.id}`, 2), 204);
    expect((await story.configure(workflow, FORM)).status).toBe(201);
  });

  it('never lets ten who configure at once exceed three', async () => {
    const workflow = await story.workflow();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        story.configure(workflow, { goal_type: 'form_submitted', criteria: { form_id: `form-${String(n)}` } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(3).fill(201),
      ...Array<number>(7).fill(409),
    ]);
    const listed = await story.get<{ total: number }>(`/workflows/${workflow}/goals`);
    expect(listed.body.total).toBe(3);
  });

  it('lets one of several who configure the same at once through', async () => {
    const workflow = await story.workflow();
    const answers = await Promise.all(Array.from({ length: 5 }, () => story.configure(workflow, FORM)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('refuses the same type with equal criteria, however they are written', async () => {
    const workflow = await story.workflow();
    const first = await story.configure(workflow, {
      goal_type: 'purchase_made',
      criteria: { min_amount: '100.0', currency: 'USD' },
    });
    const twin = await story.configure(workflow, {
      goal_type: 'purchase_made',
      criteria: { currency: 'USD', min_amount: 100, product_id: null, any_purchase: false },
      window_hours: 5,
    });
    expect(twin).toMatchObject({ status: 409, body: { code: 'workflow_goal.duplicate', existing_id: first.body.id } });
    const other = await story.goal(workflow, 'form-7');
    const another = await story.goal(workflow, 'form-8');
    const moved = await story.patch(`/workflows/${workflow}/goals/${another.id}`, 1, {
      criteria: { form_id: 'form-7' },
    });
    expect(moved).toMatchObject({ status: 409, body: { existing_id: other.id } });
  });

  it('answers amounts as strings with all their digits', async () => {
    const made = await app.ask<Json>('POST', `/workflows/${await story.workflow()}/goals`, {
      token: story.token,
      raw: '{"goal_type":"purchase_made","criteria":{"min_amount":99.999999999999999999}}',
    });
    expect([made.status, made.body.criteria]).toEqual([201, { min_amount: '99.999999999999999999' }]);
  });

  it('moves the others down by one when a position is taken', async () => {
    const workflow = await story.workflow();
    const [a, b] = [await story.goal(workflow, 'a'), await story.goal(workflow, 'b')];
    const c = await story.goal(workflow, 'c', { position: 1 });
    const listed = await story.get<{ items: Json[] }>(`/workflows/${workflow}/goals?sort=position`);
    expect(listed.body.items.map(({ id, position, version }) => [id, position, version])).toEqual([
      [c.id, 1, 1],
      [a.id, 2, 2],
      [b.id, 3, 2],
    ]);
  });

  it('changes what a merge patch names and clears what is null', async () => {
    const workflow = await story.workflow();
    const made = await story.goal(workflow, 'form-7', { window_hours: 48 });
    const path = `/workflows/${workflow}/goals/${made.id}`;
    const same = wellDone(await story.patch(path, 1, {}), 200);
    expect(same.body).toEqual(made);
    const cleared = wellDone(await story.patch(path, 1, { window_hours: null }), 200);
    expect(cleared).toMatchObject({
      headers: { etag: '"2"' },
      body: { window_hours: null, criteria: { form_id: 'form-7' }, version: 2 },
    });
  });

  it.each([
    [{ criteria: null }, '/criteria'],
    [{ is_active: null }, '/is_active'],
    [{ is_active: 'no' }, '/is_active'],
    [{ position: null }, '/position'],
    [{ window_hours: 0 }, '/window_hours'],
    [{ criteria: { form: 'x', form_id: 'y' } }, '/criteria/form'],
    [{ active_since: '2026-01-01T00:00:00Z' }, '/active_since'],
    [{ workflow_id: randomUUID() }, '/workflow_id'],
    [{ goal_type: 'tag_added' }, '/goal_type'],
    [{ goal_type: null }, '/goal_type'],
  ])('refuses the patch %j, naming %s', async (patch, pointer) => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const refused = await story.patch(`/workflows/${workflow}/goals/${id}`, 1, patch);
    expect([refused.status, pointersOf(refused)]).toEqual([422, [pointer]]);
  });

  it('says that goal_type never changes', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const refused = await story.patch(`/workflows/${workflow}/goals/${id}`, 1, { goal_type: 'tag_added' });
    expect(refused.text).toContain('never changes');
  });

  it('asks for If-Match on PATCH and DELETE, and refuses a stale one with the present version', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const path = `/workflows/${workflow}/goals/${id}`;
    expect((await story.patch(path, undefined, { position: 2 })).status).toBe(428);
    expect((await story.delete(path)).status).toBe(428);
    wellDone(await story.patch(path, 1, { position: 2 }), 200);
    expect(await story.patch(path, 1, { position: 3 })).toMatchObject({ status: 412, body: { current_version: 2 } });
    expect(await story.delete(path, 1)).toMatchObject({ status: 412, body: { current_version: 2 } });
  });

  it('lets one of two who patch the same version through', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const answers = await Promise.all(
      [10, 20].map((hours) => story.patch(`/workflows/${workflow}/goals/${id}`, 1, { window_hours: hours })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('answers 304 to whoever has the present version', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const ask = (etag: string) =>
      app.ask('GET', `/workflows/${workflow}/goals/${id}`, { token: story.token, headers: { 'if-none-match': etag } });
    expect([(await ask('"1"')).status, (await ask('"2"')).status]).toEqual([304, 200]);
  });

  it('hides a deleted goal and keeps its row for its achievements; it does not come back', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow, 'form-7');
    const path = `/workflows/${workflow}/goals/${id}`;
    wellDone(await story.delete(path, 1), 204);
    expect((await story.get(path)).status).toBe(404);
    expect((await story.patch(path, 2, { position: 2 })).status).toBe(404);
    expect((await story.delete(path, 2)).status).toBe(404);
    expect((await story.get(`/workflows/${workflow}/goals`)).body).toMatchObject({ items: [], total: 0 });
    const rows = await app.rows<{ deleted_at: Date }>('SELECT deleted_at FROM workflow_goals WHERE id = $1', [id]);
    expect(rows[0]?.deleted_at).toBeInstanceOf(Date);
    const again = await story.goal(workflow, 'form-7');
    expect(again.id).not.toBe(id);
  });

  it('changes goals in any state of the workflow, and by itself exits nobody', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow, 'draft');
    await story.activate(workflow);
    const enrollment = await story.enrollment(workflow, 'c-1');
    await story.goal(workflow, 'active');
    await story.pause(workflow);
    await story.goal(workflow, 'paused');
    wellDone(await story.delete(`/workflows/${workflow}/goals/${id}`, 2), 204);
    const rows = await app.rows('SELECT status FROM workflow_enrollments WHERE id = $1', [enrollment]);
    expect(rows).toEqual([{ status: 'active' }]);
  });

  it('pages through the list by cursor and filters it', async () => {
    const workflow = await story.workflow();
    const made = [await story.goal(workflow), await story.goal(workflow), await story.goal(workflow)];
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: GoalAnswer = await story.get(
        `/workflows/${workflow}/goals?sort=position&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      const body = page.body as unknown as { items: Json[]; next_cursor: string | null };
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(made.map(({ id }) => id));
    const none = await story.get(`/workflows/${workflow}/goals?is_active=false&goal_type=tag_added`);
    expect(none.body).toMatchObject({ items: [], total: 0 });
    expect((await story.get(`/workflows/${workflow}/goals?colour=red`)).status).toBe(422);
  });

  it('tells and audits what was done', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow, 'form-7');
    const path = `/workflows/${workflow}/goals/${id}`;
    wellDone(await story.patch(path, 1, { window_hours: 24 }), 200);
    wellDone(await story.delete(path, 2), 204);
    const audit = await app.rows('SELECT action, actor_id FROM audit_log WHERE entity_id = $1 ORDER BY id', [id]);
    const words = ['workflow.goal.configured', 'workflow.goal.updated', 'workflow.goal.removed'];
    expect(audit).toEqual(words.map((action) => ({ action, actor_id: story.tenant.userId })));
    const told = await app.rows<{ message: string }>('SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id', [
      story.tenant.id,
    ]);
    const mine = told.map(({ message }) => JSON.parse(message) as Json).filter(({ goal_id }) => goal_id === id);
    expect(mine.map(({ event_type, version }) => [event_type, version])).toEqual(words.map((word, n) => [word, n + 1]));
    expect(mine[1]).toMatchObject({
      details: { workflow_goal_id: id, workflow_id: workflow, changes: { window_hours: { old: null, new: 24 } } },
    });
  });

  it('replays a creation with its Idempotency-Key', async () => {
    const workflow = await story.workflow();
    const [key, path] = [{ 'idempotency-key': randomUUID() }, `/workflows/${workflow}/goals`];
    const [first, second] = [await story.post(path, FORM, key), await story.post(path, FORM, key)];
    expect(second).toMatchObject({ status: 201, body: first.body, headers: { 'idempotency-replayed': 'true' } });
  });

  it.each([
    ['Viewer', [403, 403, 403, 200]],
    ['Editor', [201, 200, 403, 200]],
    ['Admin', [201, 200, 204, 200]],
    ['Owner', [201, 200, 204, 200]],
  ] as const)('lets a %s do what the role may', async (role, expected) => {
    const workflow = await story.workflow();
    const [edited, deleted] = [await story.goal(workflow), await story.goal(workflow)];
    const token = story.tenant.token[role];
    const headers = { 'if-match': '"1"' };
    const path = `/workflows/${workflow}/goals`;
    const answers = [
      await app.ask('POST', path, { token, body: FORM }),
      await app.ask('PATCH', `${path}/${edited.id}`, { token, headers, body: { window_hours: 1 } }),
      await app.ask('DELETE', `${path}/${deleted.id}`, { token, headers }),
      await app.ask('GET', `${path}/${edited.id}`, { token }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(expected);
  });

  it('answers the same for unknown, foreign and malformed ids', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    const stranger = await Story.begin(app);
    const theirs = await stranger.workflow();
    const asked = [
      await story.get(`/workflows/${randomUUID()}/goals/${id}`),
      await story.get(`/workflows/${workflow}/goals/${randomUUID()}`),
      await story.get(`/workflows/${workflow}/goals/7`),
      await story.get(`/workflows/7/goals/${id}`),
      await stranger.get(`/workflows/${workflow}/goals/${id}`),
      await stranger.get(`/workflows/${theirs}/goals/${id}`),
      await stranger.patch(`/workflows/${workflow}/goals/${id}`, 1, { window_hours: 1 }),
      await stranger.patch(`/workflows/${theirs}/goals/${id}`, 1, { window_hours: 1 }),
      await stranger.delete(`/workflows/${workflow}/goals/${id}`, 1),
      await stranger.get(`/workflows/${workflow}/goals`),
      await stranger.configure(workflow, FORM),
    ];
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 404));
  });
});
