import { randomUUID } from 'node:crypto';
import { TestApp } from '../../support/app';
import { pointersOf, Story, type Json } from '../../support/stories';

interface Explanation {
  readonly enrollment_id: string | null;
  readonly first_failed: string | null;
  readonly conditions: readonly { condition: string; expected: unknown; actual: unknown; passed: boolean }[];
}

describe('Explain (SPEC 4.7)', () => {
  let app: TestApp;
  let story: Story;
  let workflow: string;
  let goal: string;

  beforeAll(async () => {
    app = await TestApp.start();
    story = await Story.begin(app);
    workflow = await story.workflow();
    goal = (await story.goal(workflow, 'form-7', { active_since: '2026-01-01T00:00:00Z', window_hours: 24 })).id;
    await story.activate(workflow);
  });
  afterAll(() => app.stop());

  const event = (contact_id: string, more: Json = {}): Json => ({
    event_id: randomUUID(),
    event_type: 'form.submitted',
    contact_id,
    data: { form_id: 'form-7' },
    ...more,
  });

  const explain = (body: Json) => story.post<Explanation>(`/workflows/${workflow}/goals/${goal}/explain`, body);

  it('answers every condition, in order, with what it expects and what it found', async () => {
    const enrollment = await story.enrollment(workflow, 'c-all');
    const { status, body } = await explain(event('c-all'));
    expect([status, body.enrollment_id, body.first_failed]).toEqual([200, enrollment, null]);
    expect(body.conditions.map(({ condition, passed }) => [condition, passed])).toEqual(
      [
        'same_tenant',
        'same_contact',
        'enrollment_open',
        'workflow_active',
        'goal_active',
        'event_type',
        'criteria.form_id',
        'since_enrollment',
        'since_active',
        'within_window',
        'not_yet_achieved',
      ].map((condition) => [condition, true]),
    );
    expect(body.conditions[6]).toEqual({
      condition: 'criteria.form_id',
      expected: 'form-7',
      actual: 'form-7',
      passed: true,
    });
  });

  it('says which condition failed first', async () => {
    await story.enrollment(workflow, 'c-first');
    const other = await explain(event('c-first', { data: { form_id: 'form-8' } }));
    expect(other.body.first_failed).toBe('criteria.form_id');
    const type = await explain(event('c-first', { event_type: 'payment.completed', data: {} }));
    expect(type.body.first_failed).toBe('event_type');
    const early = await explain(event('c-first', { occurred_at: '2026-01-02T00:00:00Z' }));
    expect(early.body.first_failed).toBe('since_enrollment');
  });

  it('says the same as the decision: what is explained as reached is then decided as achieved', async () => {
    await story.enrollment(workflow, 'c-same');
    const sent = event('c-same');
    expect((await explain(sent)).body.first_failed).toBeNull();
    const decided = await story.post<{ results: Json[] }>('/events', sent);
    expect(decided.body.results[0]?.outcome).toBe('achieved');
    const again = await explain(sent);
    expect(again.body).toMatchObject({ first_failed: 'enrollment_open' });
    expect(again.body.conditions.at(-1)).toMatchObject({ condition: 'not_yet_achieved', passed: false });
  });

  it('explains the open enrollment of the contact, else its latest, else the one named', async () => {
    const ended = await story.enrollment(workflow, 'c-many', { status: 'exited', at: '2026-02-01T00:00:00Z' });
    const latest = await story.enrollment(workflow, 'c-many', { status: 'exited', at: '2026-03-01T00:00:00Z' });
    expect((await explain(event('c-many'))).body).toMatchObject({
      enrollment_id: latest,
      first_failed: 'enrollment_open',
    });
    const open = await story.enrollment(workflow, 'c-many', { at: '2026-01-15T00:00:00Z' });
    expect((await explain(event('c-many'))).body.enrollment_id).toBe(open);
    const named = await explain(event('c-many', { enrollment_id: ended.toUpperCase() }));
    expect(named.body.enrollment_id).toBe(ended);
  });

  it('shows a waiting enrollment as waiting, and open', async () => {
    const enrollment = await story.enrollment(workflow, 'c-waits');
    await app.rows(
      `INSERT INTO workflow_pending_actions (tenant_id, id, workflow_id, enrollment_id, position, is_last, action_type,
         scheduled_at, status, created_at)
       VALUES ($1, $2, $3, $4, 1, true, 'wait', now() + interval '1 day', 'pending', now())`,
      [story.tenant.id, randomUUID(), workflow, enrollment],
    );
    const { body } = await explain(event('c-waits'));
    expect(body.conditions[2]).toMatchObject({ condition: 'enrollment_open', actual: 'waiting', passed: true });
  });

  it('explains without any enrollment: what asks for one fails', async () => {
    const { status, body } = await explain(event('c-nobody'));
    expect([status, body.enrollment_id, body.first_failed]).toEqual([200, null, 'same_contact']);
  });

  it('says of an enrollment of another contact that it is not the same', async () => {
    const enrollment = await story.enrollment(workflow, 'c-other');
    const { body } = await explain(event('c-mine', { enrollment_id: enrollment }));
    expect(body.conditions[1]).toEqual({
      condition: 'same_contact',
      expected: 'c-other',
      actual: 'c-mine',
      passed: false,
    });
  });

  it('explains an enrollment of an erased contact without its name', async () => {
    const enrollment = await story.enrollment(workflow, 'c-erased');
    await app.rows(
      `UPDATE contacts SET external_id = NULL, erased_at = now() WHERE tenant_id = $1 AND external_id = 'c-erased'`,
      [story.tenant.id],
    );
    const { body } = await explain(event('c-erased', { enrollment_id: enrollment }));
    expect(body.conditions[1]).toMatchObject({ condition: 'same_contact', expected: null, passed: false });
  });

  it('writes nothing', async () => {
    await story.enrollment(workflow, 'c-quiet');
    const counts = () =>
      app.rows(`SELECT (SELECT count(*) FROM audit_log) AS audit, (SELECT count(*) FROM outbox) AS outbox,
        (SELECT count(*) FROM workflow_goal_achievements) AS achievements,
        (SELECT count(*) FROM workflow_enrollments WHERE status = 'active') AS open, (SELECT count(*) FROM contacts) AS contacts`);
    const before = await counts();
    await explain(event('c-quiet'));
    await explain(event('c-unknown'));
    expect(await counts()).toEqual(before);
  });

  it('names all faults of an invalid event', async () => {
    const refused = await explain({
      event_type: 'form.submitted',
      contact_id: '',
      occurred_at: 'yesterday',
      data: { form_id: 7 },
      colour: 'red',
      enrollment_id: 'first',
    });
    expect([refused.status, pointersOf(refused)]).toEqual([
      422,
      ['/colour', '/contact_id', '/data/form_id', '/enrollment_id', '/occurred_at'],
    ]);
  });

  it('refuses an event of another tenant, of an unknown type, or more than 24 h ahead', async () => {
    const ahead = new Date(Date.now() + 25 * 3_600_000).toISOString();
    const refused = [
      await explain(event('c', { tenant_id: randomUUID() })),
      await explain(event('c', { event_type: 'contact.created' })),
      await explain(event('c', { occurred_at: ahead })),
      await explain({}),
    ];
    expect(refused.map((answer) => [answer.status, pointersOf(answer)])).toEqual([
      [422, ['/tenant_id']],
      [422, ['/event_type']],
      [422, ['/occurred_at']],
      [422, ['/contact_id', '/event_type']],
    ]);
  });

  it('refuses to name an enrollment that the workflow does not have', async () => {
    const elsewhere = await story.workflow();
    const theirs = await story.enrollment(elsewhere, 'c-1');
    for (const enrollment_id of [randomUUID(), theirs]) {
      const refused = await explain(event('c-1', { enrollment_id }));
      expect([refused.status, pointersOf(refused)]).toEqual([422, ['/enrollment_id']]);
    }
  });

  it('answers 404 for unknown and foreign workflows and goals, and lets a Viewer ask', async () => {
    const stranger = await Story.begin(app);
    const asked = [
      await stranger.post(`/workflows/${workflow}/goals/${goal}/explain`, event('c')),
      await story.post(`/workflows/${randomUUID()}/goals/${goal}/explain`, event('c')),
      await story.post(`/workflows/${workflow}/goals/${randomUUID()}/explain`, event('c')),
      await story.post(`/workflows/${workflow}/goals/x/explain`, event('c')),
    ];
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const viewer = await app.ask('POST', `/workflows/${workflow}/goals/${goal}/explain`, {
      token: story.tenant.token.Viewer,
      body: event('c'),
    });
    expect(viewer.status).toBe(200);
  });
});
